/**
 * What EC2 refuses of instances, images, key pairs and launch templates, apart from unknown and malformed ids
 * (resource-types.ts). compute-refusals.test.ts has a call for each. Source: "Error codes for the Amazon EC2 API",
 * unless a line names another.
 */
import { AwsError, lacking } from "../../api/aws-error";
import { invalidCombination, invalidValue, missing } from "./error-codes";

const list = (names: readonly string[]) => names.join(", ");

export const computeRefusals = {
  keyPairUnnamed: () => missing("The request must contain the parameter KeyName or KeyPairId"),
  keyPairName: (name: string) =>
    invalidValue(`Invalid value '${name}' for keyPairNames. It must have 1 to 255 ASCII characters.`),
  keyPairExists: (name: string) =>
    new AwsError("InvalidKeyPair.Duplicate", `The key pair '${name}' already exists`),
  keyPairNotFound: (names: readonly string[]) =>
    new AwsError(
      "InvalidKeyPair.NotFound",
      names.length === 1
        ? `The key pair '${list(names)}' does not exist`
        : `The key pairs '${list(names)}' do not exist`,
    ),
  keyPairMismatch: () => invalidCombination("The KeyName and KeyPairId specify different key pairs"),
  publicKeyFormat: () => new AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format"),
  puttyFormat: () => lacking("The local region writes private keys as pem only, not as ppk"),

  imageName: () =>
    new AwsError(
      "InvalidAMIName.Malformed",
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, spaces and ( ) [ ] . / - ' @ _",
    ),
  imageExists: (name: string, id: string) =>
    new AwsError("InvalidAMIName.Duplicate", `AMI name ${name} is already in use by AMI ${id}`),
  imageUnavailable: (id: string) =>
    new AwsError("InvalidAMIID.Unavailable", `The image ID '${id}' is not available`),
  imageNotOwned: (id: string) => new AwsError("AuthFailure", `Not authorized for image:${id}`, 403),
  /** Source: the API's response for a terminated instance. */
  imageOfInstance: (id: string) =>
    invalidValue(
      `Invalid value '${id}' for instanceId. Instance is not in state 'running' or 'stopping' or 'stopped'`,
    ),
  imageAttribute: (attribute: string) =>
    lacking(
      `The local region does not describe the image attribute ${attribute}. It has description, launchPermission and blockDeviceMapping.`,
    ),
  snapshotInUse: (id: string, imageId: string) =>
    new AwsError("InvalidSnapshot.InUse", `The snapshot ${id} is currently in use by ${imageId}`),

  volumeUnchanged: () =>
    missing("The request must contain the parameter size, volumeType, iops or throughput"),
  /** Source: EBS User Guide, "Requirements for Amazon EBS volume modifications". */
  volumeShrinks: (size: number) =>
    invalidValue(`New size cannot be smaller than existing size (${size} GiB)`),
  volumeSize: (size: number, type: string, [least, most]: readonly [number, number]) =>
    invalidValue(`Volume of ${size} GiB is invalid for volume type ${type}: must be ${least} to ${most} GiB`),
  volumeModifying: (id: string) =>
    new AwsError(
      "IncorrectModificationState",
      `Volume ${id} is in state modifying. Wait until it is completed`,
    ),

  instanceCount: (parameter: string, value: number) =>
    invalidValue(`Value (${value}) for parameter ${parameter} is invalid. It must be at least 1.`),
  instanceCounts: (min: number, max: number) =>
    invalidValue(`Value (${max}) for parameter maxCount is invalid. It must be at least minCount (${min}).`),
  /** Source: the API's response for a type that it doesn't know. */
  instanceType: (type: string, known: readonly string[]) =>
    invalidValue(`Invalid value '${type}' for InstanceType. The local region offers ${list(known)}.`),
  instanceTypes: (types: readonly string[]) =>
    new AwsError(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${list(types)}]`,
    ),
  architecture: (ofType: string, ofImage: string) =>
    invalidValue(
      `The architecture '${ofType}' of the specified instance type does not match the architecture '${ofImage}' of the specified AMI. ` +
        "Specify an instance type and an AMI that have matching architectures, and try again.",
    ),
  noDefaultSubnet: (zone: string | undefined) =>
    new AwsError(
      "MissingInput",
      `No subnets found for the default VPC${zone === undefined ? "" : ` in ${zone}`}. Please specify a subnet.`,
    ),
  subnetInOtherZone: (subnetId: string, zone: string) =>
    invalidCombination(`The subnet '${subnetId}' is not in the availability zone '${zone}'`),
  noFreeAddresses: (subnetId: string, free: number) =>
    new AwsError(
      "InsufficientFreeAddressesInSubnet",
      `There are only ${free} free addresses for instances in subnet '${subnetId}'.`,
    ),
  groupNamesWithSubnet: () =>
    invalidCombination("The parameter groupName cannot be used with the parameter subnet"),
  groupInOtherVpc: (groupId: string, subnetId: string) =>
    new AwsError(
      "InvalidParameter",
      `Security group ${groupId} and subnet ${subnetId} belong to different networks.`,
    ),
  withInterfaces: (what: string) =>
    invalidCombination(
      `Network interfaces and an instance-level ${what} may not be specified on the same request`,
    ),
  oneInterface: () =>
    lacking("The local region gives each instance one network interface, with device index 0"),
  interfaceKept: () => lacking("The local region deletes a network interface with its instance"),
  rootVolumeOnly: (device: string) =>
    lacking(`The local region gives each instance its root volume /dev/xvda only, not ${device}`),
  rootVolumeKept: () => lacking("The local region deletes a root volume with its instance"),
  profile: (parameter: string, value: string) =>
    invalidValue(
      `Value (${value}) for parameter iamInstanceProfile.${parameter} is invalid. Invalid IAM Instance Profile ${parameter}`,
    ),
  profileUnnamed: () => missing("The request must contain the parameter IamInstanceProfile"),
  profileTwice: () =>
    invalidCombination(
      "The parameter iamInstanceProfile.name may not be used in combination with iamInstanceProfile.arn",
    ),
  profileAssociated: (instanceId: string) =>
    new AwsError("IncorrectState", `There is an existing association for instance ${instanceId}`),
  profileAssociation: (id: string) =>
    new AwsError("InvalidAssociationID.NotFound", `An invalid association-id of '${id}' was given`),
  userData: () => new AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."),
  userDataSize: () => invalidValue("User data is limited to 16384 bytes"),
  hopLimit: (limit: number) =>
    invalidValue(`Value (${limit}) for parameter HttpPutResponseHopLimit is invalid. It must be 1 to 64.`),

  notInState: (id: string, action: "started" | "stopped") =>
    incorrectState(`The instance '${id}' is not in a state from which it can be ${action}.`),
  neverRan: (id: string) =>
    incorrectState(`Instance '${id}' cannot be stopped as it has never reached the 'running' state.`),
  notStopped: (id: string) => incorrectState(`The instance '${id}' is not in the 'stopped' state.`),
  isTerminated: (id: string) =>
    incorrectState(`The instance '${id}' is not in a state from which it can be modified.`),
  protectedFrom: (id: string, action: "terminated" | "stopped") =>
    new AwsError(
      "OperationNotPermitted",
      `The instance '${id}' may not be ${action}. Modify its '${
        action === "terminated" ? "disableApiTermination" : "disableApiStop"
      }' instance attribute and try again.`,
    ),
  noUefiData: (id: string) => lacking(`The instance '${id}' does not have UEFI data`),
  credits: (type: string) => lacking(`The instance type ${type} is not a burstable performance instance`),
  cannotHibernate: () =>
    lacking("The local region does not hibernate instances; stop them without Hibernate"),

  templateName: () =>
    new AwsError(
      "InvalidLaunchTemplateName.MalformedException",
      "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
    ),
  templateExists: () =>
    new AwsError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use."),
  templateUnnamed: () =>
    missing("The request must contain the parameter LaunchTemplateId or LaunchTemplateName"),
  templateTwice: () =>
    invalidCombination("The parameter LaunchTemplateId cannot be used with the parameter LaunchTemplateName"),
  templateNotFound: (id: string) =>
    new AwsError(
      "InvalidLaunchTemplateId.NotFound",
      `The specified launch template, with template ID ${id}, does not exist.`,
    ),
  templateNameNotFound: (name: string) =>
    new AwsError(
      "InvalidLaunchTemplateName.NotFoundException",
      `The specified launch template, with template name ${name}, does not exist.`,
    ),
  templateVersion: (version: string, id: string) =>
    new AwsError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${id}.`,
    ),
  templateVersionMalformed: (version: string) =>
    invalidValue(
      `Invalid value '${version}' for launch template version: expected a number, $Latest or $Default`,
    ),
  templateData: () => missing("The request must contain the parameter LaunchTemplateData"),
  versionsWithoutTemplate: () =>
    missing(
      "The request must contain LaunchTemplateId or LaunchTemplateName, or $Latest or $Default as versions",
    ),
} satisfies Record<string, (...args: never[]) => AwsError>;

function incorrectState(message: string): AwsError {
  return new AwsError("IncorrectInstanceState", message);
}
