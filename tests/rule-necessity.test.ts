/**
 * What each resource is there for: deleted from the running region, exactly the flows of its row change, and all are
 * back when it is made again. So every fence and every route is there for a reason that is written down here, and
 * none can be lost unnoticed. It does not prove that AWS judges as the region does.
 */
import { rulesOf } from "../infra/security-groups";
import { failed, flowsOf, tryAll, type Flow, type FlowName, type Results } from "./flows";
import { lane } from "../testing/lanes";
import { startTestRegion, type TestRegion } from "../testing/region";
import { kindOf } from "../testing/removals";
import { eventually } from "../testing/eventually";

const aclStops = (packet: string) => `silent: SUBNET_ACL_RESTRICTION: ${packet}`;
const groupStops = (packet: string) => `silent: ENI_SG_RULES_MISMATCH: ${packet}`;
const noRouteFor = (packet: string) => `silent: NO_ROUTE_TO_DESTINATION: ${packet}`;

const asDeclared: Results = {
  "Internet > data, read": "passes",
  "Internet > data, update": aclStops("request ingress"),
  "Internet > receiver": "passes",
  "Internet > load balancer in edge-a": "passes",
  "Internet > load balancer in edge-b": "passes",
  "GET through edge-a": "passes to receiver-1, receiver-2",
  "POST through edge-b": "passes",
  "receiver > data, read": "passes",
  "receiver > data, update": "passes",
  "receiver > EC2 API": "passes",
  "receiver > web": groupStops("request egress"),
  "data > receiver, public address": aclStops("reply ingress"),
  "data > receiver, private address": aclStops("reply ingress"),
  "data > load balancer in edge-a": aclStops("reply ingress"),
  "data > EC2 API": aclStops("reply ingress"),
  "operator > data, SSH": "passes",
  "operator > receiver, SSH": "passes",
  "Internet > fleet in edge-a": "passes",
  "Internet > fleet in edge-b": "passes",
  "Internet > fleet instance": groupStops("request ingress"),
  "receiver > fleet instance": groupStops("request egress"),
  "fleet instance > web": groupStops("request egress"),
  "fleet instance > data, read": groupStops("request egress"),
  "operator > stress host, SSH": "passes",
  "operator > fleet instance, SSH": "passes",
  "health of receiver-1": "healthy",
  "health of receiver-2": "healthy",
  "health of the fleet instance": "healthy",
};

/** The same result for all of these flows. */
function each(flows: FlowName[], result: string): Partial<Results> {
  return Object.fromEntries(flows.map(flow => [flow, result]));
}

const loadBalanced: FlowName[] = [
  ...(["Internet > load balancer in edge-a", "Internet > load balancer in edge-b"] as const),
  ...(["GET through edge-a", "POST through edge-b"] as const),
];
const targets: FlowName[] = ["health of receiver-1", "health of receiver-2"];
const fleetBalanced: FlowName[] = ["Internet > fleet in edge-a", "Internet > fleet in edge-b"];
const fleetTarget: FlowName = "health of the fleet instance";
const toReceiver: FlowName[] = ["data > receiver, public address", "data > receiver, private address"];
const outward: FlowName[] = [...toReceiver, "data > load balancer in edge-a", "data > EC2 API"];
const outOfVpc = outward.filter(flow => flow !== "data > receiver, private address");
const reads: FlowName[] = ["Internet > data, read", "receiver > data, read"];
const stressSsh: FlowName[] = ["operator > stress host, SSH", "operator > fleet instance, SSH"];

/** What changes without a resource, "Kind:name". */
const changes: Record<string, Partial<Results>> = {
  "NetworkAclRule:data-ingress-ssh": { "operator > data, SSH": aclStops("request ingress") },
  "NetworkAclRule:data-ingress-update": {
    "receiver > data, update": aclStops("request ingress"),
    "POST through edge-b": failed,
  },
  "NetworkAclRule:data-ingress-read": {
    ...each(reads, aclStops("request ingress")),
    "GET through edge-a": failed,
  },
  // Stateless: what came in gets no answer out.
  "NetworkAclRule:data-egress-all": {
    ...each([...reads, "receiver > data, update", "operator > data, SSH"], aclStops("reply egress")),
    ...each(["GET through edge-a", "POST through edge-b"], failed),
    ...each(outward, aclStops("request egress")),
  },
  // The one whose absence breaks nothing and opens a way: the subnet falls back to the default ACL, which allows
  // everything, and the data host can reach whatever its group lets it reach.
  "NetworkAclAssociation:data": {
    ...each(outward, "passes"),
    "Internet > data, update": groupStops("request ingress"),
  },

  "SecurityGroupIngressRule:data-access-in-read": {
    ...each(reads, groupStops("request ingress")),
    "GET through edge-a": failed,
  },
  "SecurityGroupIngressRule:data-access-in-update": {
    "receiver > data, update": groupStops("request ingress"),
    "POST through edge-b": failed,
  },
  "SecurityGroupIngressRule:data-access-in-ssh": { "operator > data, SSH": groupStops("request ingress") },
  // Stateful: what came in still gets its answer out. Nothing comes back to the host either way; with this rule it
  // is the ACL alone that sees to it.
  "SecurityGroupEgressRule:data-access-out-all": each(outward, groupStops("request egress")),
  "SecurityGroupIngressRule:receiver-in-http": {
    ...each(["Internet > receiver", ...loadBalanced, ...toReceiver], groupStops("request ingress")),
    ...each(targets, "unhealthy: Target.Timeout"),
  },
  "SecurityGroupIngressRule:receiver-in-ssh": { "operator > receiver, SSH": groupStops("request ingress") },
  "SecurityGroupEgressRule:receiver-out-read": {
    "receiver > data, read": groupStops("request egress"),
    "GET through edge-a": failed,
  },
  "SecurityGroupEgressRule:receiver-out-update": {
    "receiver > data, update": groupStops("request egress"),
    "POST through edge-b": failed,
  },
  "SecurityGroupEgressRule:receiver-out-https": {
    "receiver > EC2 API": groupStops("request egress"),
    "POST through edge-b": failed,
  },
  "SecurityGroupIngressRule:load-balancer-in-http": {
    ...each(
      [...loadBalanced, ...fleetBalanced, "data > load balancer in edge-a"],
      groupStops("request ingress"),
    ),
  },
  "SecurityGroupEgressRule:load-balancer-out-receiver": {
    ...each(loadBalanced, groupStops("request egress")),
    ...each(targets, "unhealthy: Target.Timeout"),
  },
  "SecurityGroupEgressRule:load-balancer-out-stress": {
    ...each(fleetBalanced, groupStops("request egress")),
    [fleetTarget]: "unhealthy: Target.Timeout",
  },
  "SecurityGroupIngressRule:stress-in-http": {
    ...each(fleetBalanced, groupStops("request ingress")),
    [fleetTarget]: "unhealthy: Target.Timeout",
  },
  "SecurityGroupIngressRule:stress-in-ssh": each(stressSsh, groupStops("request ingress")),

  "RolePolicy:receiver-describe-network-acls": { "POST through edge-b": failed },

  "TargetGroupAttachment:receiver-lb-receiver-1": {
    "GET through edge-a": "passes to receiver-2",
    "health of receiver-1": "not registered",
  },
  "TargetGroupAttachment:receiver-lb-receiver-2": {
    "GET through edge-a": "passes to receiver-1",
    "health of receiver-2": "not registered",
  },
  "Listener:receiver-lb": { ...each(loadBalanced, "refused"), ...each(targets, "unused: Target.NotInUse") },
  "Listener:fleet-lb": { ...each(fleetBalanced, "refused"), [fleetTarget]: "unused: Target.NotInUse" },

  "Route:public-default": {
    ...each([...loadBalanced, ...fleetBalanced, ...stressSsh], noRouteFor("reply egress")),
    ...each(["Internet > data, read", "operator > data, SSH"], noRouteFor("reply egress")),
    ...each(["Internet > receiver", "operator > receiver, SSH"], noRouteFor("reply egress")),
    ...each(["receiver > EC2 API", ...outOfVpc], noRouteFor("request egress")),
  },
  "RouteTableAssociation:data": {
    ...each(["Internet > data, read", "operator > data, SSH"], noRouteFor("reply egress")),
    ...each(outOfVpc, noRouteFor("request egress")),
  },
  "RouteTableAssociation:receiver": {
    ...each(["Internet > receiver", "operator > receiver, SSH"], noRouteFor("reply egress")),
    "receiver > EC2 API": noRouteFor("request egress"),
    "POST through edge-b": failed,
    "data > receiver, public address": noRouteFor("reply egress"),
  },
  "RouteTableAssociation:edge-a": {
    ...each(["Internet > load balancer in edge-a", "GET through edge-a"], noRouteFor("reply egress")),
    ...each(["data > load balancer in edge-a", "Internet > fleet in edge-a"], noRouteFor("reply egress")),
    ...each(stressSsh, noRouteFor("reply egress")), // Both are in this subnet.
  },
  "RouteTableAssociation:edge-b": each(
    ["Internet > load balancer in edge-b", "POST through edge-b", "Internet > fleet in edge-b"],
    noRouteFor("reply egress"),
  ),
};

/** A rule without a row is judged as well: without it no flow here changes, or it needs a row that says which. */
const rules = Object.entries(rulesOf({ sshCidr: "", dataCidr: "", receiverCidr: "" })).map(
  ([rule, { direction }]) => `SecurityGroup${direction === "ingress" ? "Ingress" : "Egress"}Rule:${rule}`,
);
const rows: Record<string, Partial<Results>> = {
  ...Object.fromEntries(rules.map(rule => [rule, {}])),
  ...changes,
};

/**
 * What has no row: others stand on it, so that it can't be deleted alone, or made again as it was; or no connection
 * depends on it: what scaling does without its parts is in fleet.test.ts, a dashboard only shows, and nothing is in the
 * VPC's default group.
 */
const withoutRow = [
  ...["AmiFromInstance", "Command", "CopyToRemote", "Dashboard", "DefaultSecurityGroup", "Group", "Instance"],
  ...[
    "InstanceProfile",
    "InternetGateway",
    "KeyPair",
    "LaunchTemplate",
    "LoadBalancer",
    "NetworkAcl",
    "Policy",
    "PrivateKey",
  ],
  ...["Role", "RouteTable", "SecurityGroup", "Subnet", "TargetGroup", "Vpc"],
];

interface Subject {
  region: TestRegion;
  flows: Record<FlowName, Flow>;
}

async function startSubject(): Promise<Subject> {
  const region = await startTestRegion();
  // The group would replace the instance whose health a row takes away, before anybody could look.
  await region.region.calls.autoScaling.UpdateAutoScalingGroup({
    AutoScalingGroupName: region.fleet.name,
    HealthCheckType: "EC2",
  });
  return { region, flows: flowsOf(region) };
}

let one: Subject;
let other: Subject;
// Before the lanes begin: while a region starts, another can't keep to its time-outs.
beforeAll(async () => {
  one = await startSubject();
  other = await startSubject();
});
const lanes = [() => one, () => other].map(get => lane(() => Promise.resolve(get()), 240_000));

test("every declared resource has a row here, or is of a kind that others stand on", () => {
  const declared = one.region.resources.declared.map(each => ({ kind: kindOf(each), name: each.name }));
  const removable = declared.filter(({ kind }) => !withoutRow.includes(kind));
  expect(removable.map(({ kind, name }) => `${kind}:${name}`).sort()).toEqual(Object.keys(rows).sort());
  const kinds = new Set(declared.map(({ kind }) => kind));
  expect(withoutRow.filter(kind => !kinds.has(kind))).toEqual([]);
});

test("every row says what is lost, and every flow that passes is one that can be", () => {
  const empty = Object.entries(changes).filter(([, change]) => Object.keys(change).length === 0);
  expect(empty).toEqual([]);
  const same = Object.values(changes).flatMap(change =>
    Object.entries(change).filter(([flow, result]) => result === asDeclared[flow as FlowName]),
  );
  expect(same).toEqual([]);
  const touched = new Set(Object.values(changes).flatMap(change => Object.keys(change)));
  const passing = Object.entries(asDeclared).filter(([, result]) => !result.startsWith("silent"));
  expect(passing.filter(([flow]) => !touched.has(flow))).toEqual([]);
});

lanes[0]?.("as declared, what shall pass passes and the rest is silent", async ({ region, flows }) => {
  expect(await tryAll(region, flows, asDeclared)).toEqual(asDeclared);
});

/** Waits for what takes its time: targets that are checked, or drain. */
async function healthOf({ flows }: Subject, expected: Results): Promise<void> {
  const all = [...targets, fleetTarget];
  let now: string[] = [];
  await eventually(
    () => `targets are ${all.map(target => expected[target]).join(", ")}; they were ${now.join(", ")}`,
    async () => {
      now = await Promise.all(all.map(target => flows[target].attempt(0)));
      return all.every((target, index) => now[index] === expected[target]);
    },
  );
}

async function expectChange(subject: Subject, resource: string, change: Partial<Results>): Promise<void> {
  const { region, flows } = subject;
  const declared = region.made.get(resource);
  if (!declared) throw new Error(`there is no ${resource}`);
  const expected = { ...asDeclared, ...change };

  await region.remove(declared);
  try {
    await healthOf(subject, expected);
    expect(await tryAll(region, flows, expected)).toEqual(expected);
  } finally {
    await region.restore(declared);
  }
  await healthOf(subject, asDeclared);
  expect(await tryAll(region, flows, asDeclared)).toEqual(asDeclared);
}

for (const [index, [resource, change]] of Object.entries(rows).entries())
  lanes[index % lanes.length]?.(`without ${resource}, exactly what its row says changes`, subject =>
    expectChange(subject, resource, change),
  );
