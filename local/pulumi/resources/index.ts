/** All resource types that the local region supports. */
import { autoScalingTypes } from "./auto-scaling";
import { commandTypes, type CommandContext } from "./command";
import { dashboardTypes } from "./dashboard";
import { identityTypes } from "./identity";
import { instanceTypes } from "./instances";
import { launchTemplateTypes } from "./launch-template";
import { loadBalancingTypes } from "./load-balancing";
import { privateKeyTypes } from "./private-key";
import type { ResourceTypes } from "./resource-type";
import { securityGroupTypes } from "./security-groups";
import { vpcTypes } from "./vpc";

export function resourceTypes(context: CommandContext): ResourceTypes {
  return {
    ...vpcTypes,
    ...securityGroupTypes,
    ...identityTypes,
    ...privateKeyTypes,
    ...instanceTypes,
    ...loadBalancingTypes,
    ...launchTemplateTypes,
    ...autoScalingTypes,
    ...dashboardTypes,
    ...commandTypes(context),
  };
}
