/** All resource types that the local region supports. */
import type { VirtualNetwork } from "../../network/virtual-network";
import type { AutoScaling } from "../../services/auto-scaling/auto-scaling";
import type { Ec2 } from "../../services/ec2/ec2";
import type { Elbv2 } from "../../services/elbv2/elbv2";
import type { Iam } from "../../services/iam/iam";
import { autoScalingHandlers } from "./auto-scaling";
import { commandHandlers, type CommandContext } from "./command";
import { dashboardHandlers } from "./dashboard";
import type { Handlers } from "./handler";
import { identityHandlers } from "./identity";
import { instanceHandlers } from "./instances";
import { launchTemplateHandlers } from "./launch-template";
import { loadBalancingHandlers, type Elbv2Calls } from "./load-balancing";
import { securityGroupHandlers } from "./security-groups";
import { vpcHandlers } from "./vpc";

export interface Services {
  network: VirtualNetwork;
  iam: Iam;
  ec2: Ec2;
  elbv2: Elbv2;
  autoScaling: AutoScaling;
  calls: { elbv2: Elbv2Calls };
}

/** How the program's commands connect to hosts and run there. */
export type Provisioning = Pick<CommandContext, "operatorAddress" | "ssh" | "run">;

export function resourceHandlers(services: Services, provisioning: Provisioning): Handlers {
  const { network, iam, ec2, elbv2, autoScaling, calls } = services;
  const { keyPairs, vpc, launchTemplates, instances } = ec2;
  return {
    ...vpcHandlers(ec2),
    ...securityGroupHandlers(vpc),
    ...identityHandlers({ iam, keyPairs }),
    ...instanceHandlers(ec2),
    ...loadBalancingHandlers(calls.elbv2, elbv2),
    ...launchTemplateHandlers(launchTemplates),
    ...autoScalingHandlers(autoScaling),
    ...dashboardHandlers,
    ...commandHandlers({ ...provisioning, network, keyPairs, hosts: instances.hosts }),
  };
}
