/** What the checks look at: a deployment's answers to requests, and AWS's descriptions of it. */
import type { AutoScaling } from "@aws-sdk/client-auto-scaling";
import type { EC2, Instance } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2, LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Deployment } from "../deployment";
import { ask, type Answer, type Outcome, type Request } from "../http";
import { loadBalancerNamed, targetHealth } from "../load-balancers";
import { outputOn, type SshArguments } from "../ssh";

/** What a user proves by hand after a step of the tutorial. */
export interface Check {
  /** The tutorial's headings. */
  step: string;
  /** What holds then. */
  title: string;
  /** Whether it only waits for silence, and can do so beside the others. */
  waits?: true;
  /** @throws with what is wrong */
  run: (subject: Subject) => Promise<void>;
}

/** How long nothing must come back to count as silence. */
const silence = 2000;

export class Subject {
  private readonly instances = new Map<string, Instance>();
  private before?: Promise<number | undefined>;

  private constructor(
    readonly deployment: Deployment,
    readonly clients: { ec2: EC2; elbv2: ElasticLoadBalancingV2; autoScaling: AutoScaling },
    private readonly argumentsFor: SshArguments,
    private readonly signal: AbortSignal,
    /** How long an answer may take, in ms. */
    private readonly patience: number,
  ) {}

  static async of(
    deployment: Deployment,
    argumentsFor: SshArguments,
    signal: AbortSignal,
    patience: number,
  ): Promise<Subject> {
    const [{ EC2 }, { ElasticLoadBalancingV2 }, { AutoScaling }] = await Promise.all([
      import("@aws-sdk/client-ec2"),
      import("@aws-sdk/client-elastic-load-balancing-v2"),
      import("@aws-sdk/client-auto-scaling"),
    ]);
    const { aws } = deployment;
    const clients = {
      ec2: new EC2(aws),
      elbv2: new ElasticLoadBalancingV2(aws),
      autoScaling: new AutoScaling(aws),
    };
    return new Subject(deployment, clients, argumentsFor, signal, patience);
  }

  get outputs(): Deployment["outputs"] {
    return this.deployment.outputs;
  }

  /** Whether the load balancers serve HTTPS. */
  get isSecure(): boolean {
    return this.outputs.receiverLoadBalancerUrl.startsWith("https:");
  }

  /** A host of the stack's, by its name. */
  host(name: string) {
    const host = this.outputs.hosts[name];
    if (!host) throw new Error(`the stack has no host ${name}`);
    return host;
  }

  get receivers(): { name: string; instanceId: string; publicIp: string }[] {
    return Object.entries(this.outputs.hosts).flatMap(([name, host]) =>
      name.startsWith("receiver-") ? [{ name, ...host }] : [],
    );
  }

  /** The stored number before the first POST; undefined if there was none, or nothing to read. */
  async numberBefore(): Promise<number | undefined> {
    return this.before;
  }

  private async try(url: string, request: Request): Promise<Outcome> {
    if (request.method === "POST") await (this.before ??= this.number().catch(() => undefined));
    const { proxy: through } = this.deployment;
    return ask(url, { through, signal: this.signal, ...request });
  }

  /** @throws if there is no answer, or none of this status */
  async answerTo(url: string, request: Request & { status?: number } = {}): Promise<Answer> {
    const { status = 200, ...sent } = request;
    const { method = "GET" } = request;
    const outcome = await this.try(url, { patience: this.patience, ...sent });
    if (typeof outcome === "string") throw new Error(`${method} ${url} is ${outcome}`);
    expectEqual(`the status of ${method} ${url}`, outcome.status, status);
    return outcome;
  }

  /** Sets the number; resolves to the answer's JSON. */
  async post(url: string, num: number): Promise<unknown> {
    return (await this.answerTo(url, { method: "POST", body: { num } })).json;
  }

  /** @throws unless each address of a load balancer answers as its URL does */
  async expectAnswers(url: string): Promise<void> {
    const { protocol, hostname } = new URL(url);
    for (const node of await this.nodesOf(hostname)) await this.answerTo(`${protocol}//${node}/health`);
  }

  async number(): Promise<number> {
    const { json, text } = await this.answerTo(this.outputs.dataReadUrl);
    if (typeof json !== "number")
      throw new Error(`${this.outputs.dataReadUrl} answers ${text}, and no number`);
    return json;
  }

  /** @throws if anything comes back, even a refusal */
  async expectSilence(url: string, request: Request = {}): Promise<void> {
    const outcome = await this.try(url, { ...request, patience: silence });
    if (outcome === "silent") return;
    const answer = typeof outcome === "string" ? outcome : `answered with ${outcome.status}`;
    throw new Error(`${request.method ?? "GET"} ${url} is ${answer}, and must be silent`);
  }

  /** @throws if SSH doesn't get there */
  async expectSsh(host: { instanceId: string; publicIp: string }): Promise<void> {
    const name = await outputOn(this.argumentsFor, host, "hostname", this.signal);
    expectMatch("the host's name", name.trim(), /^ip-/);
  }

  async instance(id: string): Promise<Instance> {
    const known = this.instances.get(id);
    if (known) return known;
    const { Reservations } = await this.clients.ec2.describeInstances({ InstanceIds: [id] });
    const instance = Reservations?.[0]?.Instances?.[0];
    if (!instance) throw new Error(`${id} is not described`);
    this.instances.set(id, instance);
    return instance;
  }

  async subnetCidr(instanceId: string): Promise<string> {
    const { SubnetId = "" } = await this.instance(instanceId);
    const { Subnets } = await this.clients.ec2.describeSubnets({ SubnetIds: [SubnetId] });
    return Subnets?.[0]?.CidrBlock ?? "";
  }

  loadBalancer(dnsName: string): Promise<LoadBalancer> {
    return loadBalancerNamed(this.clients.elbv2, dnsName);
  }

  /** The public addresses of a load balancer's nodes, one in each of its subnets. */
  async nodesOf(dnsName: string): Promise<string[]> {
    const { LoadBalancerArn = "" } = await this.loadBalancer(dnsName);
    // Source: "IP addresses for Application Load Balancers" in Elastic Load Balancing's guide, by their interfaces.
    const description = `ELB ${LoadBalancerArn.split(":loadbalancer/")[1] ?? ""}`;
    const { NetworkInterfaces = [] } = await this.clients.ec2.describeNetworkInterfaces({
      Filters: [{ Name: "description", Values: [description] }],
    });
    const addresses = NetworkInterfaces.flatMap(({ Association }) => Association?.PublicIp ?? []);
    if (addresses.length < 2)
      throw new Error(`${dnsName} has ${addresses.length} public addresses, not 2 or more`);
    return addresses.sort();
  }

  /** @throws if one of these instances isn't a healthy target of the load balancer */
  async expectHealthy(dnsName: string, instanceIds: readonly string[]): Promise<void> {
    const health = await targetHealth(this.clients.elbv2, dnsName);
    for (const id of instanceIds) expectEqual(id, health.get(id) ?? "not registered", "healthy");
  }

  async group() {
    const names = { AutoScalingGroupNames: [this.outputs.autoScalingGroupName] };
    const { AutoScalingGroups } = await this.clients.autoScaling.describeAutoScalingGroups(names);
    const [group] = AutoScalingGroups ?? [];
    if (!group) throw new Error(`there is no group ${this.outputs.autoScalingGroupName}`);
    return group;
  }
}

export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${what} is ${is}, not ${wanted}`);
}

export function expectMatch(what: string, actual: unknown, pattern: RegExp): void {
  if (!pattern.test(String(actual)))
    throw new Error(`${what} is ${JSON.stringify(actual)}, not as in ${String(pattern)}`);
}
