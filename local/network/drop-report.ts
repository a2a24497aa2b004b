/** Tells people of dropped connections, in lines that they can read: the decision log has all of them, in full. */
import type { DecisionLog } from "./decision-log";
import { blockersOf, type ConnectionAttempt, type Drop } from "./reachability/verdict";
import type { VpcModel } from "./reachability/vpc-model";
import { explainCause } from "./reachability/words";

export interface DropReportOptions {
  model: VpcModel;
  /** The name of the instance that has a network interface, if one has. */
  instanceName: (interfaceId: string) => string | undefined;
  /** Real milliseconds. */
  now: () => number;
  report: (line: string) => void;
}

export type Names = Pick<DropReportOptions, "model" | "instanceName">;

const shortestPause = 1_000;
const longestPause = 60_000;

/**
 * One line a second at most for each deciding rule, with the number of those left out before it. While drops outpace the
 * lines, as a misconfigured group's health checks do, each pause is twice as long as the last, up to a minute.
 */
export function dropReport({ now, report, ...names }: DropReportOptions): DecisionLog {
  const rules = new Map<string, { reportedAt: number; pause: number; leftOut: number }>();
  return (attempt, verdict) => {
    const [drop] = blockersOf(verdict);
    if (!drop) return;
    const rule = ruleOf(drop);
    const before = rules.get(rule);
    const at = now();
    if (before && at - before.reportedAt < before.pause) {
      before.leftOut++;
      return;
    }
    const leftOut = before?.leftOut ?? 0;
    const pause = before && leftOut > 0 ? Math.min(before.pause * 2, longestPause) : shortestPause;
    rules.set(rule, { reportedAt: at, pause, leftOut: 0 });
    report(
      describeDrop(names, attempt, drop) + (leftOut > 0 ? ` (${leftOut} more since the last line)` : ""),
    );
  };
}

function ruleOf({ code, component, aclRule, direction, packet }: Drop): string {
  return [code, ...component.ids, aclRule?.ruleNumber, direction, packet].join(" ");
}

/** "198.51.100.10 → data 10.0.1.10:8080: request dropped by network ACL data (ingress rule *, deny all) of subnet data" */
function describeDrop(names: Names, { from, to }: ConnectionAttempt, drop: Drop): string {
  const destination = [...names.model.networkInterfaces.values()].find(
    each => each.privateIpAddress === to.address || each.publicIpAddress === to.address,
  );
  const sender = "interfaceId" in from ? nameOf(names, from.interfaceId) : from.internetAddress;
  const receiver = destination ? `${nameOf(names, destination.id)} ` : "";
  return `${sender} → ${receiver}${to.address}:${to.port}: ${drop.packet} ${withNames(names, explainCause(drop))}`;
}

/** Replaces ids by names. */
export function withNames(names: Names, text: string): string {
  return text.replaceAll(/\b[a-z]+-[0-9a-z-]+/g, id => nameOf(names, id));
}

/** The name of a network interface's instance or load balancer, or a resource's Name tag; without one, the id. */
function nameOf({ model, instanceName }: Names, id: string): string {
  const { vpcs, subnets, internetGateways, routeTables, networkAcls, securityGroups, securityGroupRules } =
    model;
  const tagged = [
    vpcs,
    subnets,
    internetGateways,
    routeTables,
    networkAcls,
    securityGroups,
    securityGroupRules,
  ];
  return (
    instanceName(id) ??
    /^ELB app\/([^/]+)/.exec(model.networkInterfaces.get(id)?.description ?? "")?.[1] ??
    tagged.map(resources => resources.get(id)?.tags["Name"]).find(name => name !== undefined) ??
    id
  );
}
