/** All resource types that the local region supports. */
import { autoScalingTypes } from "./auto-scaling";
import { commandTypes, type CommandContext } from "./command";
import { identityTypes } from "./identity";
import { instanceTypes } from "./instances";
import { launchTemplateTypes } from "./launch-template";
import { loadBalancingTypes } from "./load-balancing";
import { monitoringTypes } from "./monitoring";
import { privateKeyTypes, type PrivateKeyContext } from "./private-key";
import type { ResourceTypes } from "./resource-type";
import { securityGroupTypes } from "./security-groups";
import { vpcTypes } from "./vpc";

/** How the program's commands connect to hosts and run there. */
export type Provisioning = Pick<CommandContext, "operatorAddress" | "ssh" | "run" | "localCommands"> &
  PrivateKeyContext;

export interface ProvisionedRegion extends Pick<CommandContext, "network"> {
  ec2: {
    instances: Pick<CommandContext, "hosts">;
  };
}

export function resourceTypes(
  { network, ec2 }: ProvisionedRegion,
  provisioning: Provisioning,
): ResourceTypes {
  const { hosts } = ec2.instances;
  return {
    ...vpcTypes,
    ...securityGroupTypes,
    ...identityTypes,
    ...privateKeyTypes(provisioning),
    ...instanceTypes,
    ...loadBalancingTypes,
    ...launchTemplateTypes,
    ...autoScalingTypes,
    ...monitoringTypes,
    ...commandTypes({ ...provisioning, network, hosts }),
  };
}
