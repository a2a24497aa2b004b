/**
 * The tutorial's AWS CLI commands, in its order and as it types them, but for what stands in <…>: there goes what
 * earlier commands answered. Where AWS, or its CLI, refuses a command as typed, the table says how and has the command
 * that it takes instead. Not in the table: `ssh`, `scp`, `curl`, and what they run on the hosts.
 */
const bash = String.raw;

export interface Step {
  /** Where in the tutorial. */
  section: string;
  typed: string;
  /** A part of the refusal, if it isn't taken as typed. */
  refused?: string;
  /** What is taken instead, if the step has no other row for it. */
  corrected?: string;
  /** What the answer contains: JSON to match, or text. */
  answers?: unknown;
  /** What later commands need of the answer, by name, as a path in it; the empty path is the whole text. */
  keep?: Record<string, string>;
  /** A command, and what it answers sooner or later: on AWS too, some changes take their time. */
  shows?: [command: string, expected: unknown];
}

/** The tutorial's image is one of another region; this finds the newest of the same kind. */
const image = bash`aws ec2 describe-images --owners amazon \
  --filters "Name=name,Values=al2023-ami-2023.*-x86_64" \
  --query "sort_by(Images, &CreationDate)[-1].ImageId" --output text`;

const launchTemplate = (image: string) => bash`aws ec2 create-launch-template \
  --launch-template-name asg-launch-template \
  --version-description "v1" \
  --launch-template-data '{
  "ImageId": "${image}",
  "InstanceType": "t2.micro",
  "KeyName": "ec2-keypair",
  "SecurityGroupIds": [],
  "UserData": "<user-data>"
}'`;

const autoScalingGroup = (action: string) => bash`aws autoscaling ${action} \
--auto-scaling-group-name my-asg \
--launch-template LaunchTemplateName=asg-launch-template,Version=1 \
--min-size 0 \
--max-size 3 \
--desired-capacity 1 \
--default-instance-warmup 300 \
--vpc-zone-identifier "<data-subnet>,<receiver-subnet>" \
--target-group-arns <asg-tg>`;

/** A security group's ingress, as port and range. */
const ingressOf = (group: string) => bash`aws ec2 describe-security-groups --group-ids ${group} \
  --query "sort_by(SecurityGroups[0].IpPermissions, &FromPort)[].[FromPort, IpRanges[0].CidrIp]"`;

/** A network ACL's own entries in one direction. */
const entriesOf = (direction: "Egress" | "!Egress") => bash`aws ec2 describe-network-acls \
  --network-acl-ids <acl> \
  --query "sort_by(NetworkAcls[0].Entries[?${direction} && RuleNumber != \`32767\`], &RuleNumber)[].[RuleNumber, PortRange.From, PortRange.To, CidrBlock]"`;

const everywhere = "0.0.0.0/0";

export const steps: Step[] = [
  { section: "environment", typed: "aws --version", answers: expect.stringMatching(/^aws-cli\//) },
  {
    section: "environment",
    typed: "export AWS_PROFILE=<profile>\naws sts get-caller-identity",
    answers: { Account: "123456789012" },
  },
  {
    section: "environment",
    typed: "export AWS_PROFILE=<profile>\naws configure get region",
    answers: "us-east-1",
  },

  // What the tutorial takes for granted, or leaves to another one: a default VPC, a key pair, the first instance.
  {
    section: "part 1, instance (prerequisites)",
    typed: bash`aws ec2 describe-account-attributes --attribute-names default-vpc \
  --query "AccountAttributes[0].AttributeValues[0].AttributeValue" --output text`,
    answers: expect.stringMatching(/^vpc-[0-9a-f]+$/),
    keep: { vpc: "" },
  },
  {
    section: "part 1, instance (prerequisites)",
    typed:
      'aws ec2 create-key-pair --key-name ec2-keypair --query "KeyMaterial" --output text > ec2-keypair.pem',
    shows: ["head -n 1 ec2-keypair.pem", "-----BEGIN RSA PRIVATE KEY-----"],
  },
  {
    section: "part 1, instance (prerequisites)",
    typed: 'aws ec2 create-security-group --group-name uiuc-sg --description "sg for ssh"',
    keep: { "uiuc-sg": "GroupId" },
  },
  {
    section: "part 1, instance (prerequisites)",
    typed: bash`aws ec2 authorize-security-group-ingress \
--group-name uiuc-sg \
--protocol tcp \
--port 22 \
--cidr 0.0.0.0/0`,
    shows: [ingressOf("<uiuc-sg>"), [[22, everywhere]]],
  },
  {
    section: "part 1, instance (prerequisites)",
    typed: image,
    keep: { image: "" },
    answers: expect.stringMatching(/^ami-/),
  },
  {
    section: "part 1, instance (prerequisites)",
    typed: bash`aws ec2 run-instances \
--image-id <image> \
--instance-type t2.micro \
--key-name ec2-keypair \
--security-groups uiuc-sg`,
    keep: { data: "Instances.0.InstanceId", "data-subnet": "Instances.0.SubnetId" },
    shows: [instanceStates("<data>"), ["running"]],
  },
  {
    section: "part 1, instance",
    typed: bash`aws ec2 authorize-security-group-ingress \
--group-name uiuc-sg \
--protocol tcp \
--port 8080 \
--cidr 0.0.0.0/0`,
    shows: [
      ingressOf("<uiuc-sg>"),
      [
        [22, everywhere],
        [8080, everywhere],
      ],
    ],
  },
  {
    section: "part 1, instance",
    typed: bash`aws ec2 describe-instances \
  --instance-id <data> \
  --query "Reservations[0].Instances[0].SubnetId" \
  --output json`,
    answers: "<data-subnet>",
  },
  {
    section: "part 1, instance",
    typed: bash`aws ec2 describe-instances \
  --instance-id <data> \
  --query "Reservations[0].Instances[0].PublicIpAddress" \
  --output json`,
    answers: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
  },

  {
    section: "part 1, receivers",
    typed: "aws ec2 describe-vps --filters Name=isDefault,Values=true",
    refused: "Invalid choice: 'describe-vps', maybe you meant:\n\n  * describe-vpcs",
    corrected: "aws ec2 describe-vpcs --filters Name=isDefault,Values=true",
    answers: { Vpcs: [{ VpcId: "<vpc>", IsDefault: true, CidrBlock: "172.31.0.0/16" }] },
  },
  {
    section: "part 1, receivers",
    typed: "aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpc>",
    answers: {
      Subnets: expect.arrayContaining([expect.objectContaining({ DefaultForAz: true })]) as unknown,
    },
  },
  {
    section: "part 1, receivers (choose a different subnet)",
    typed: bash`aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpc> \
  --query "sort_by(Subnets[?SubnetId!='<data-subnet>'], &AvailabilityZone)[0].SubnetId" --output text`,
    keep: { "receiver-subnet": "" },
  },
  {
    section: "part 1, receivers",
    typed: bash`aws ec2 describe-security-groups \
  --filters Name=group-name,Values=uiuc-sg \
  --query "SecurityGroups[].GroupId" \
  --output text`,
    answers: "<uiuc-sg>",
  },
  {
    section: "part 1, receivers",
    typed: bash`aws ec2 run-instances \
--image-id  ami-06cce67a5893f85f9 \
--instance-type t2.micro \
--subnet-id <receiver-subnet> \
--key-name ec2-keypair \
--security-groups uiuc-sg \
--count 2 \
--tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=MyCLIInstance}]"`,
    refused:
      "(InvalidParameterCombination) when calling the RunInstances operation: " +
      "The parameter groupName cannot be used with the parameter subnet",
    corrected: bash`aws ec2 run-instances \
--image-id <image> \
--instance-type t2.micro \
--subnet-id <receiver-subnet> \
--key-name ec2-keypair \
--security-group-ids <uiuc-sg> \
--count 2 \
--tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=MyCLIInstance}]"`,
    answers: {
      Instances: [
        { SubnetId: "<receiver-subnet>", Tags: [{ Key: "Name", Value: "MyCLIInstance" }] },
        { SubnetId: "<receiver-subnet>", Tags: [{ Key: "Name", Value: "MyCLIInstance" }] },
      ],
    },
    keep: { "receiver-1": "Instances.0.InstanceId", "receiver-2": "Instances.1.InstanceId" },
    shows: [instanceStates("<receiver-1> <receiver-2>"), ["running", "running"]],
  },
  {
    section: "part 1, receivers",
    typed: bash`aws iam create-role \
--role-name ec2-vpc-full-access \
--assume-role-policy-document file://trust-policy.json`,
    answers: { Role: { Arn: "arn:aws:iam::123456789012:role/ec2-vpc-full-access" } },
    shows: [
      'aws iam get-role --role-name ec2-vpc-full-access --query "Role.AssumeRolePolicyDocument.Statement[0].Principal"',
      { Service: "ec2.amazonaws.com" },
    ],
  },
  {
    section: "part 1, receivers",
    typed: bash`aws iam attach-role-policy \
--role-name ec2-vpc-full-access \
--policy-arn arn:aws:iam::aws:policy/AmazonVPCFullAccess`,
    shows: [
      "aws iam list-attached-role-policies --role-name ec2-vpc-full-access",
      {
        AttachedPolicies: [
          { PolicyName: "AmazonVPCFullAccess", PolicyArn: "arn:aws:iam::aws:policy/AmazonVPCFullAccess" },
        ],
      },
    ],
  },
  {
    section: "part 1, receivers",
    typed: "aws iam create-instance-profile --instance-profile ec2-vpc-full-access-profile",
    answers: { InstanceProfile: { Roles: [] } },
    keep: { "profile-arn": "InstanceProfile.Arn" },
  },
  {
    section: "part 1, receivers",
    typed: bash`aws iam add-role-to-instance-profile \
--instance-profile ec2-vpc-full-access-profile \
--role-name ec2-vpc-full-access`,
    shows: [
      "aws iam get-instance-profile --instance-profile-name ec2-vpc-full-access-profile",
      { InstanceProfile: { Roles: [{ RoleName: "ec2-vpc-full-access" }] } },
    ],
  },
  {
    section: "part 1, receivers",
    typed: bash`for id in \
<receiver-1>  \
<receiver-2> 
do
        aws ec2 associate-iam-instance-profile \
        --instance-id $id \
        --iam-instance-profile Name="ec2-vpc-full-access-profile"
done`,
    shows: [
      bash`aws ec2 describe-instances --instance-ids <receiver-1> <receiver-2> \
  --query "Reservations[].Instances[].IamInstanceProfile.Arn"`,
      ["<profile-arn>", "<profile-arn>"],
    ],
  },

  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 create-tags \
--resources <data-subnet> \
--tags Key=Name,Value=Subnet1 `,
    shows: [nameOfSubnet("<data-subnet>"), ["Subnet1"]],
  },
  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 create-tags \
--resources <receiver-subnet> \
--tags Key=Name,Value=Subnet2`,
    shows: [nameOfSubnet("<receiver-subnet>"), ["Subnet2"]],
  },
  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 describe-vpcs \
--filters Name=isDefault,Values=true \
--query "Vpcs[0].VpcId"`,
    answers: "<vpc>",
  },
  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 create-network-acl \
--vpc-id <vpc> \
--tag-specifications "Tags=[{Key=Name,Value=elb-acl}]"`,
    refused:
      "(InvalidParameterValue) when calling the CreateNetworkAcl operation: Tag specification resource type must have a value",
    corrected: bash`aws ec2 create-network-acl \
--vpc-id <vpc> \
--tag-specifications "ResourceType=network-acl,Tags=[{Key=Name,Value=elb-acl}]"`,
    answers: { NetworkAcl: { IsDefault: false, Tags: [{ Key: "Name", Value: "elb-acl" }] } },
    keep: { acl: "NetworkAcl.NetworkAclId" },
  },
  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 describe-network-acls \
--filters "Name=association.subnet-id,Values=<data-subnet>" \
--query "NetworkAcls[].Associations[?SubnetId=='<data-subnet>'].NetworkAclAssociationId" \
--output text`,
    answers: expect.stringMatching(/^aclassoc-[0-9a-f]+$/),
    keep: { association: "" },
  },
  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 replace-network-acl-association \
--network-acl-id <acl> \
--association-id <association> `,
    keep: { "new-association": "NewAssociationId" },
    shows: [
      'aws ec2 describe-network-acls --network-acl-ids <acl> --query "NetworkAcls[0].Associations"',
      [
        {
          NetworkAclAssociationId: "<new-association>",
          NetworkAclId: "<acl>",
          SubnetId: "<data-subnet>",
        },
      ],
    ],
  },
  {
    section: "part 1, network ACL, egress",
    // A blank after a backslash: the command ends with its first line.
    typed: bash`aws ec2 create-network-acl-entry \
--network-acl-id <acl> \ 
--rule-number 100 \
--protocol tcp \
--port-range From=0,To=65535 \
--cidr-block  0.0.0.0/0 \
--rule-action allow \
--egress`,
    refused: "the following arguments are required: --rule-number, --protocol, --rule-action",
    corrected: bash`aws ec2 create-network-acl-entry \
--network-acl-id <acl> \
--rule-number 100 \
--protocol tcp \
--port-range From=0,To=65535 \
--cidr-block  0.0.0.0/0 \
--rule-action allow \
--egress`,
    shows: [entriesOf("Egress"), [[100, 0, 65535, everywhere]]],
  },
  {
    section: "part 1, network ACL, SSH",
    // The same number as the egress entry's: AWS numbers the directions apart.
    typed: bash`aws ec2 create-network-acl-entry \
--network-acl-id <acl> \
--rule-number 100 \
--protocol tcp \
--port-range From=22,To=22 \
--cidr-block  0.0.0.0/0 \
--rule-action allow \
--ingress`,
    shows: [entriesOf("!Egress"), [[100, 22, 22, everywhere]]],
  },
  {
    section: "part 1, network ACL, port 8080",
    typed: bash`aws ec2 describe-subnets \
--filters Name=subnet-id,Values=<receiver-subnet> \
--query "Subnets[0].CidrBlock"`,
    answers: expect.stringMatching(/^172\.31\.\d+\.0\/20$/),
    keep: { "receiver-cidr": "" },
  },
  {
    section: "part 1, network ACL, port 8080",
    typed: bash`aws ec2 create-network-acl-entry \
--network-acl-id <acl> \ 
--rule-number 200 \
--protocol tcp \
--port-range From=8080,To=8080 \
--cidr-block  <receiver-cidr> \
--rule-action allow \
--ingress`,
    refused: "the following arguments are required: --rule-number, --protocol, --rule-action",
    corrected: bash`aws ec2 create-network-acl-entry \
--network-acl-id <acl> \
--rule-number 200 \
--protocol tcp \
--port-range From=8080,To=8080 \
--cidr-block  <receiver-cidr> \
--rule-action allow \
--ingress`,
  },
  {
    section: "part 1, network ACL, port 5000",
    typed: bash`aws ec2 create-network-acl-entry \
--network-acl-id <acl> \
--rule-number 300 \
--protocol tcp \
--port-range From=5000,To=5000 \
--cidr-block  0.0.0.0/0 \
--rule-action allow \
--ingress`,
    shows: [
      entriesOf("!Egress"),
      [
        [100, 22, 22, everywhere],
        [200, 8080, 8080, "<receiver-cidr>"],
        [300, 5000, 5000, everywhere],
      ],
    ],
  },
  {
    section: "part 1, network ACL",
    typed: bash`aws ec2 describe-network-acls \
--network-acl-ids <acl> \
--query "NetworkAcls[0].Entries"`,
    answers: expect.arrayContaining([
      expect.objectContaining({ RuleNumber: 200, Protocol: "6", RuleAction: "allow", Egress: false }),
      expect.objectContaining({ RuleNumber: 32767, Protocol: "-1", RuleAction: "deny", Egress: true }),
    ]),
  },

  {
    section: "part 1, security groups",
    typed: bash`aws ec2 create-security-group \
--group-name data-access-sg \
--description "sg for data access service"`,
    keep: { "data-access-sg": "GroupId" },
  },
  {
    section: "part 1, security groups",
    typed: bash`aws ec2 authorize-security-group-ingress \
--group-name data-access-sg \
--protocol tcp \
--port 5000 \
--cidr 0.0.0.0/0`,
  },
  {
    section: "part 1, security groups",
    typed: bash`aws ec2 authorize-security-group-ingress \
--group-name data-access-sg \
--protocol tcp \
--port 8080 \
--cidr <receiver-cidr>`,
    shows: [
      ingressOf("<data-access-sg>"),
      [
        [5000, everywhere],
        [8080, "<receiver-cidr>"],
      ],
    ],
  },
  {
    section: "part 1, security groups",
    typed: bash`aws ec2 create-security-group \
--group-name receiver-sg \
--description "sg for receiver service" `,
    keep: { "receiver-sg": "GroupId" },
  },
  {
    section: "part 1, security groups",
    typed: bash`aws ec2 authorize-security-group-ingress \
--group-name receiver-sg \
--protocol tcp \
--port 8080 \
--cidr 0.0.0.0/0`,
    shows: [ingressOf("<receiver-sg>"), [[8080, everywhere]]],
  },
  ...(
    [
      ["data", "data-access-sg"],
      ["receiver-1", "receiver-sg"],
      ["receiver-2", "receiver-sg"],
    ] as const
  ).flatMap(([host, group]): Step[] => [
    {
      section: "part 1, security groups",
      typed: bash`aws ec2 describe-instances \
--instance-ids <${host}> \
--query "Reservations[].Instances[].NetworkInterfaces[].NetworkInterfaceId" \
--output text`,
      answers: expect.stringMatching(/^eni-[0-9a-f]+$/),
      keep: { [`${host}-interface`]: "" },
    },
    {
      section: "part 1, security groups",
      typed: bash`aws ec2 modify-network-interface-attribute \
--network-interface-id <${host}-interface>  \
--groups <uiuc-sg> <${group}>  `,
      shows: [
        bash`aws ec2 describe-instances --instance-ids <${host}> \
  --query "sort_by(Reservations[0].Instances[0].SecurityGroups, &GroupName)[].GroupName"`,
        [group, "uiuc-sg"],
      ],
    },
  ]),

  {
    section: "part 1, load balancer",
    typed: bash`aws ec2 create-security-group \
--group-name load-blancer-sg \
--description "sg for load balancer"`,
    keep: { "load-balancer-sg": "GroupId" },
  },
  {
    section: "part 1, load balancer",
    typed: bash`aws ec2 authorize-security-group-ingress \
--group-name load-balancer-sg \
--protocol tcp \
--port 80 \
--cidr 0.0.0.0/0`,
    refused:
      "(InvalidGroup.NotFound) when calling the AuthorizeSecurityGroupIngress operation: " +
      "The security group 'load-balancer-sg' does not exist",
    corrected: bash`aws ec2 authorize-security-group-ingress \
--group-name load-blancer-sg \
--protocol tcp \
--port 80 \
--cidr 0.0.0.0/0`,
    shows: [ingressOf("<load-balancer-sg>"), [[80, everywhere]]],
  },
  {
    section: "part 1, load balancer",
    typed: bash`aws elbv2 create-load-balancer \
--name data-access-load-balancer \
--type application \
--subnets <data-subnet> <receiver-subnet> \
--security-groups <load-balancer-sg>`,
    answers: {
      LoadBalancers: [{ Scheme: "internet-facing", State: { Code: "provisioning" }, VpcId: "<vpc>" }],
    },
    keep: {
      "load-balancer": "LoadBalancers.0.LoadBalancerArn",
      "load-balancer-dns": "LoadBalancers.0.DNSName",
    },
    shows: [
      "aws elbv2 describe-load-balancers --load-balancer-arns <load-balancer> --query LoadBalancers[0].State",
      { Code: "active" },
    ],
  },
  {
    section: "part 1, load balancer",
    typed: bash`aws elbv2 create-target-group \
--name receiver-tg \
--protocol HTTP \
--port 8080 \
--vpc-id <vpc> \
--target-type instance`,
    answers: {
      TargetGroups: [{ HealthyThresholdCount: 5, UnhealthyThresholdCount: 2, HealthCheckPath: "/" }],
    },
    keep: { "receiver-tg": "TargetGroups.0.TargetGroupArn" },
  },
  {
    section: "part 1, load balancer",
    typed: bash`aws elbv2 register-targets \
--target-group-arn <receiver-tg> \
--targets Id=<receiver-1> Id=<receiver-2> `,
    // No listener forwards to the group yet.
    shows: [
      bash`aws elbv2 describe-target-health --target-group-arn <receiver-tg> \
  --query "TargetHealthDescriptions[].[Target.Port, TargetHealth.State]"`,
      [
        [8080, "unused"],
        [8080, "unused"],
      ],
    ],
  },
  {
    section: "part 1, load balancer",
    typed: bash`aws elbv2 create-listener \
--load-balancer-arn <load-balancer> \
--protocol HTTP \
--port 80 \
--default-actions Type=forward,TargetGroupArn=<receiver-tg>`,
    answers: { Listeners: [{ Port: 80, DefaultActions: [{ TargetGroupArn: "<receiver-tg>" }] }] },
    // Nothing serves on the hosts.
    shows: [
      bash`aws elbv2 describe-target-health --target-group-arn <receiver-tg> \
  --query "TargetHealthDescriptions[].TargetHealth.State"`,
      ["unhealthy", "unhealthy"],
    ],
  },
  {
    section: "part 1, load balancer",
    typed: bash`aws elbv2 describe-load-balancers \
--name data-access-load-balancer \
--query "LoadBalancers[0].DNSName"`,
    answers: "<load-balancer-dns>",
  },

  {
    section: "part 2, load balancer",
    typed: bash`aws elbv2 create-load-balancer \
--name asg-load-balancer \
--type application \
--subnets <data-subnet> \
--security-groups <load-balancer-sg> \
--scheme internet-facing`,
    refused:
      "(ValidationError) when calling the CreateLoadBalancer operation: " +
      "At least two subnets in two different Availability Zones must be specified",
    corrected: bash`aws elbv2 create-load-balancer \
--name asg-load-balancer \
--type application \
--subnets <data-subnet> <receiver-subnet> \
--security-groups <load-balancer-sg> \
--scheme internet-facing`,
    keep: {
      "asg-load-balancer": "LoadBalancers.0.LoadBalancerArn",
      "asg-dns": "LoadBalancers.0.DNSName",
    },
  },
  {
    section: "part 2, load balancer",
    typed: bash`aws elbv2 create-target-group \
--name asg-tg \
--protocol HTTP \
--port 8080 \
--vpc-id <vpc> \
--target-type instance`,
    keep: { "asg-tg": "TargetGroups.0.TargetGroupArn" },
  },
  {
    section: "part 2, load balancer",
    typed: bash`aws elbv2 create-listener \
--protocol HTTP \
--port 80 \
--load-balancer-arn <asg-load-balancer> \
--default-actions Type=forward,TargetGroupArn=<asg-tg>`,
    answers: { Listeners: [{ LoadBalancerArn: "<asg-load-balancer>" }] },
  },
  {
    section: "part 2, launch template",
    // Taken as typed: a template's image is looked up when something is launched from it.
    typed: launchTemplate("ami-06cce67a5893f85f9"),
    answers: { LaunchTemplate: { LaunchTemplateName: "asg-launch-template", LatestVersionNumber: 1 } },
  },
  {
    section: "part 2, group",
    typed: autoScalingGroup("create-autoscaling-group"),
    refused: "Invalid choice: 'create-autoscaling-group', maybe you meant:\n\n  * create-auto-scaling-group",
  },
  {
    section: "part 2, group",
    typed: autoScalingGroup("create-auto-scaling-group"),
    refused:
      "(ValidationError) when calling the CreateAutoScalingGroup operation: You must use a valid fully-formed launch template",
    corrected: [
      "aws ec2 delete-launch-template --launch-template-name asg-launch-template",
      launchTemplate("<image>"),
      autoScalingGroup("create-auto-scaling-group"),
    ].join("\n"),
    shows: [
      bash`aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names my-asg \
  --query "AutoScalingGroups[0].[MinSize, MaxSize, DesiredCapacity, DefaultInstanceWarmup, Instances[].LifecycleState]"`,
      [0, 3, 1, 300, ["InService"]],
    ],
  },
  {
    section: "part 2, policy",
    typed: bash`aws autoscaling put-scaling-policy \
--auto-scaling-group-name my-asg \
--policy-name cpu-target-tracking \
--policy-type TargetTrackingScaling \
--target-tracking-configuration '{
      "PredefinedMetricSpecification": {
          "PredefinedMetricType": "ASGAverageCPUUtilization"
      },
      "TargetValue": 50.0
  }'`,
    answers: { Alarms: [{}, {}] },
    keep: { policy: "PolicyARN" },
    shows: [
      bash`aws autoscaling describe-policies --auto-scaling-group-name my-asg \
  --query "ScalingPolicies[].[PolicyName, TargetTrackingConfiguration.TargetValue]"`,
      [["cpu-target-tracking", 50]],
    ],
  },
  {
    section: "part 2, test",
    typed: bash`aws elbv2 describe-load-balancers \
--name asg-load-balancer \
--query "LoadBalancers[0].DNSName"`,
    answers: "<asg-dns>",
  },
  {
    section: "part 2, test",
    typed: bash`aws ec2 describe-instances \
  --instance-ids $(aws autoscaling describe-auto-scaling-groups \
    --auto-scaling-group-names my-asg \
    --query "AutoScalingGroups[0].Instances[].InstanceId" \
    --output text) \
  --query "Reservations[].Instances[].{ID:InstanceId,PublicIP:PublicIpAddress}" \
  --output table`,
    answers: expect.stringMatching(/\n\| +i-[0-9a-f]{17} +\| +\d+\.\d+\.\d+\.\d+ +\|\n/),
    shows: [
      'aws autoscaling describe-policies --policy-names <policy> --query "ScalingPolicies[].AutoScalingGroupName"',
      ["my-asg"],
    ],
  },
];

function instanceStates(ids: string): string {
  return `aws ec2 describe-instances --instance-ids ${ids} --query "Reservations[].Instances[].State.Name"`;
}

function nameOfSubnet(id: string): string {
  return `aws ec2 describe-subnets --subnet-ids ${id} --query "Subnets[0].Tags[?Key=='Name'].Value"`;
}
