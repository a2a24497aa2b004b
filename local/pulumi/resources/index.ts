/** Every type of resource that the local region knows. */
import { autoScaling } from "./auto-scaling";
import { commands } from "./command";
import { network } from "./vpc";
import type { Handlers } from "./handler";
import { identity } from "./identity";
import { instances } from "./instances";
import { loadBalancing } from "./load-balancing";
import { securityGroups } from "./security-groups";

export const handlers: Handlers = {
  ...network,
  ...securityGroups,
  ...identity,
  ...instances,
  ...loadBalancing,
  ...autoScaling,
  ...commands,
};
