/** Tells people of dropped connections, in lines that they can read: the decision log has all of them, in full. */
import type { DecisionLog } from "./decision-log";
import type { ConnectionAttempt, Drop } from "./reachability/decision";
import type { VpcModel } from "./reachability/vpc-model";

export interface DropReportOptions {
  /** Names what the lines are about. */
  model: VpcModel;
  /** Real milliseconds. */
  now: () => number;
  report: (line: string) => void;
}

const shortestPause = 1_000;
const longestPause = 60_000;

/**
 * One line a second at most for each deciding rule, with the number of those left out before it. While drops outpace the
 * lines, as a misconfigured group's health checks do, each pause is twice as long as the last, up to a minute.
 */
export function dropReport({ model, now, report }: DropReportOptions): DecisionLog {
  const rules = new Map<string, { reportedAt: number; pause: number; leftOut: number }>();
  return (attempt, { drop }) => {
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
      describeDrop(model, attempt, drop) + (leftOut > 0 ? ` (${leftOut} more since the last line)` : ""),
    );
  };
}

function ruleOf({ code, component, rule, direction, packet }: Drop): string {
  return [code, ...component.ids, rule, direction, packet].join(" ");
}

/** "198.51.100.10 → data 10.0.1.10:8080: request dropped by network ACL data (ingress rule *, deny all) of subnet data" */
function describeDrop(
  model: VpcModel,
  { from, to }: ConnectionAttempt,
  { packet, explanation }: Drop,
): string {
  const interfaces = [...model.networkInterfaces.values()];
  const destination = interfaces.find(
    each => each.privateIpAddress === to.address || each.publicIpAddress === to.address,
  );
  const sender = "interfaceId" in from ? nameOf(model, from.interfaceId) : from.internetAddress;
  const receiver = destination ? `${nameOf(model, destination.id)} ` : "";
  const by = explanation.slice(explanation.indexOf("dropped by"));
  const named = by.replaceAll(/\b[a-z]+-[0-9a-z-]+/g, id => nameOf(model, id));
  return `${sender} → ${receiver}${to.address}:${to.port}: ${packet} ${named}`;
}

/** The owner of a network interface, or the Name tag of another resource; without one, the id. */
function nameOf(model: VpcModel, id: string): string {
  const owner = model.networkInterfaces.get(id)?.description;
  if (owner !== undefined) return /^ELB app\/([^/]+)/.exec(owner)?.[1] ?? owner;
  const { vpcs, subnets, internetGateways, routeTables, networkAcls, securityGroups } = model;
  const tagged = [vpcs, subnets, internetGateways, routeTables, networkAcls, securityGroups];
  return tagged.map(resources => resources.get(id)?.tags["Name"]).find(name => name !== undefined) ?? id;
}
