/** What the page can do. What changes something in the region is an action of AWS's API. */
import { z } from "zod";
import { AwsError } from "../api/aws-error";
import type { ActionAnswer, CommandName, Commands, RegionTime } from "./events";
import { Places } from "./places";
import { anyoneAddress, type PageOptions, type RegionView } from "./region-view";
import type { RemovedRules, Rule } from "./rules";
import { exchange, load } from "./send";

const node = z.string();
const port = z.int().min(1).max(65535);
const instance = z.strictObject({ instanceId: z.string() });

const bodies = {
  send: z.strictObject({
    from: node,
    to: z.string(),
    port,
    method: z.enum(["GET", "POST"]),
    path: z.string().regex(/^\/[!-~]*$/, "a path begins with / and has no spaces"),
    body: z
      .string()
      .max(64 * 1024)
      .optional(),
  }),
  load: z.strictObject({ to: node, count: z.int().min(1).max(100) }),
  kill: z.strictObject({ node }),
  knock: z.strictObject({ from: node, to: node, port }),
  remove: z.strictObject({ rule: z.string() }),
  restore: z.strictObject({ rule: z.string() }),
  restoreAll: z.strictObject({}),
  stop: instance,
  start: instance,
  terminate: instance,
  setDesiredCapacity: z.strictObject({ autoScalingGroupName: z.string(), desiredCapacity: z.int().min(0) }),
} satisfies { [Name in CommandName]: z.ZodType<Commands[Name]["body"]> };

type Answer<Name extends CommandName> = Commands[Name]["answer"];
type Handlers = {
  [Name in CommandName]: (body: Commands[Name]["body"]) => Answer<Name> | Promise<Answer<Name>>;
};

export class PageCommands {
  private readonly places: Places;

  constructor(
    private readonly region: RegionView,
    private readonly options: PageOptions,
    private readonly removed: RemovedRules,
    private readonly now: () => RegionTime,
  ) {
    this.places = new Places(region, options);
  }

  isCommand(name: string): name is CommandName {
    return Object.hasOwn(bodies, name);
  }

  /** @throws AwsError if the body isn't the command's, or AWS refuses */
  async run(name: CommandName, body: unknown): Promise<Answer<CommandName>> {
    const parsed = bodies[name].safeParse(body);
    if (!parsed.success) throw new AwsError("ValidationError", z.prettifyError(parsed.error));
    // `name` selects the handler of this body, which a table's type can't express.
    return (this.handlers[name] as (body: unknown) => Promise<Answer<CommandName>>)(parsed.data);
  }

  private readonly handlers: Handlers = {
    send: async ({ from, to, port, method, path, body }) => {
      const source = this.places.sourceOf(from, anyoneAddress);
      const address = this.places.addressOf(to, from);
      const connection = this.region.network.routerFrom(source)({ address, port });
      const tls = this.places.speaksTls(address, port);
      const name = this.places.hostOf(to) ?? address;
      const host = port === (tls ? 443 : 80) ? name : `${name}:${port}`;
      return exchange({ connection, tls, host, method, path, body });
    },

    load: ({ to, count }) => {
      const route = this.region.network.routerFrom({ internetAddress: anyoneAddress });
      const { dnsName, port } = this.places.loadBalancer(to);
      return load(count, () => {
        const address = this.places.addressOf(dnsName, to);
        const tls = this.places.speaksTls(address, port);
        return { connection: route({ address, port }), tls, host: dnsName, method: "POST", path: "/" };
      });
    },

    kill: ({ node }) => {
      const host = this.region.ec2.instances.hosts.get(node);
      if (!host) throw new AwsError("InvalidInstanceID.NotFound", `${node} is not running`);
      const pids = [...host.services.values()].flatMap(({ pid }) => pid ?? []);
      for (const pid of pids) process.kill(pid, "SIGKILL");
      return { pids };
    },

    knock: ({ from, to, port }) => {
      const source = this.places.sourceOf(from, this.options.operatorAddress);
      const address = this.places.addressOf(to, from);
      const begin = performance.now();
      const { outcome: verdict } = this.region.network.probe(source, { address, port });
      return { verdict, milliseconds: Math.round(performance.now() - begin) };
    },

    remove: async ({ rule: key }) => {
      const rule = this.removed.find(key);
      if (!rule) throw new AwsError("InvalidRule.NotFound", `there is no rule ${key}`);
      const answer = await this.removal(rule);
      this.removed.add(key, { ...rule, removedAt: this.now() });
      return answer;
    },

    restore: ({ rule }) => this.restore(rule),

    restoreAll: async () => {
      const actions: ActionAnswer[] = [];
      for (const key of [...this.removed.all().keys()]) actions.push(await this.restore(key));
      return { actions };
    },

    stop: ({ instanceId }) => this.ec2("StopInstances", { InstanceIds: [instanceId] }),
    start: ({ instanceId }) => this.ec2("StartInstances", { InstanceIds: [instanceId] }),

    terminate: ({ instanceId }) =>
      [...this.region.autoScaling.groups.values()].some(({ instances }) => instances.has(instanceId))
        ? this.autoScaling("TerminateInstanceInAutoScalingGroup", {
            InstanceId: instanceId,
            ShouldDecrementDesiredCapacity: false,
          })
        : this.ec2("TerminateInstances", { InstanceIds: [instanceId] }),

    setDesiredCapacity: ({ autoScalingGroupName, desiredCapacity }) =>
      this.autoScaling("SetDesiredCapacity", {
        AutoScalingGroupName: autoScalingGroupName,
        DesiredCapacity: desiredCapacity,
      }),
  };

  private removal(removed: Rule): Promise<ActionAnswer> {
    if ("entry" in removed) {
      const { ruleNumber: RuleNumber, egress: Egress } = removed.entry;
      return this.ec2("DeleteNetworkAclEntry", { NetworkAclId: removed.aclId, RuleNumber, Egress });
    }
    const { id, groupId: GroupId, egress } = removed.rule;
    const input = { GroupId, SecurityGroupRuleIds: [id] };
    return egress
      ? this.ec2("RevokeSecurityGroupEgress", input)
      : this.ec2("RevokeSecurityGroupIngress", input);
  }

  private async restore(key: string): Promise<ActionAnswer> {
    const removed = this.removed.get(key);
    if (!removed) throw new AwsError("InvalidRule.NotFound", `the page has not removed ${key}`);
    if ("entry" in removed) {
      const { ruleNumber, egress, protocol, ruleAction, cidrBlock, portRange, icmpTypeCode } = removed.entry;
      const answer = await this.ec2("CreateNetworkAclEntry", {
        ...{ NetworkAclId: removed.aclId, RuleNumber: ruleNumber, Egress: egress, Protocol: protocol },
        ...{ RuleAction: ruleAction, CidrBlock: cidrBlock },
        ...(portRange && { PortRange: { From: portRange.from, To: portRange.to } }),
        ...(icmpTypeCode && { IcmpTypeCode: { Type: icmpTypeCode.type, Code: icmpTypeCode.code } }),
      });
      this.removed.restored(key);
      return answer;
    }
    const { groupId: GroupId, egress, tags, ...rule } = removed.rule;
    const { cidrIpv4: CidrIp, referencedSecurityGroupId: peer, description: Description } = rule;
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const input = {
      GroupId,
      IpPermissions: [
        {
          ...{ IpProtocol: rule.ipProtocol, FromPort: rule.fromPort, ToPort: rule.toPort },
          ...(CidrIp !== undefined && { IpRanges: [{ CidrIp, Description }] }),
          ...(peer !== undefined && { UserIdGroupPairs: [{ GroupId: peer, Description }] }),
        },
      ],
      ...(Tags.length > 0 && {
        TagSpecifications: [{ ResourceType: "security-group-rule" as const, Tags }],
      }),
    };
    const action = egress ? "AuthorizeSecurityGroupEgress" : "AuthorizeSecurityGroupIngress";
    const { SecurityGroupRules } = await this.region.calls.ec2[action](input);
    this.removed.restored(key, SecurityGroupRules[0]?.SecurityGroupRuleId);
    return { service: "ec2", action, input };
  }

  private async ec2<Action extends keyof RegionView["calls"]["ec2"]>(
    action: Action,
    input: Parameters<RegionView["calls"]["ec2"][Action]>[0],
  ): Promise<ActionAnswer> {
    await (this.region.calls.ec2[action] as (input: unknown) => Promise<unknown>)(input);
    return { service: "ec2", action, input: input as Record<string, unknown> };
  }

  private async autoScaling<Action extends keyof RegionView["calls"]["autoScaling"]>(
    action: Action,
    input: Parameters<RegionView["calls"]["autoScaling"][Action]>[0],
  ): Promise<ActionAnswer> {
    await (this.region.calls.autoScaling[action] as (input: unknown) => Promise<unknown>)(input);
    return { service: "autoscaling", action, input: input as Record<string, unknown> };
  }
}
