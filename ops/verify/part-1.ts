/** The tutorial's part 1, load balancing: what a user checks by hand. */
import { ports } from "../../apps/ports";
import { entriesOf, permissionsOf } from "./rules";
import { expectEqual, type Check, type Subject } from "./subject";

const { read, update } = ports["data-access"];
const everywhere = "0.0.0.0/0";

const dataUrl = (subject: Subject, port: number) => `http://${subject.host("data").publicIp}:${port}/`;
export const receiverUrl = ({ publicIp }: { publicIp: string }) =>
  `http://${publicIp}:${ports.receiver.http}/`;

/** Other than the stored one. */
async function anotherNumber(subject: Subject): Promise<number> {
  const stored = await subject.number();
  return stored === Number.MAX_SAFE_INTEGER ? 0 : stored + 1;
}

/** An answer of DescribeNetworkAcls about the data subnet's ACL. */
function expectAcl(answer: unknown, { outputs }: Subject): void {
  const { NetworkAcls } = answer as { NetworkAcls?: { NetworkAclId: string }[] };
  expectEqual("the network ACL in the answer", NetworkAcls?.[0]?.NetworkAclId, outputs.dataNetworkAclId);
}

async function acl({ clients, outputs }: Subject) {
  const ids = { NetworkAclIds: [outputs.dataNetworkAclId] };
  const { NetworkAcls } = await clients.ec2.describeNetworkAcls(ids);
  return {
    entries: entriesOf(NetworkAcls?.[0]?.Entries ?? []),
    associations: NetworkAcls?.[0]?.Associations ?? [],
  };
}

async function expectEntry(subject: Subject, entry: string): Promise<void> {
  const { entries } = await acl(subject);
  if (!entries.includes(entry)) throw new Error(`the ACL lacks ${entry}`);
}

interface Rules {
  ingress: string[];
  egress: string[];
}

/** Compares a group's rules; port 22 is open to whatever range the stack's configuration has. */
async function expectRules(subject: Subject, groupId: string, names: Map<string, string>, expected: Rules) {
  const { SecurityGroups } = await subject.clients.ec2.describeSecurityGroups({ GroupIds: [groupId] });
  const { IpPermissions = [], IpPermissionsEgress = [] } = SecurityGroups?.[0] ?? {};
  const nameOf = (id: string) => names.get(id) ?? id;
  const ingress = permissionsOf(IpPermissions, "from", nameOf).filter(rule => !rule.startsWith("tcp 22 "));
  expectEqual("what the group lets in", ingress, expected.ingress.toSorted());
  const egress = permissionsOf(IpPermissionsEgress, "to", nameOf);
  expectEqual("what the group lets out", egress, expected.egress.toSorted());
}

async function groupOf(subject: Subject, host: string): Promise<string> {
  const { SecurityGroups } = await subject.instance(subject.host(host).instanceId);
  return SecurityGroups?.[0]?.GroupId ?? "";
}

/** The receivers that answer GETs through the load balancer, by address. */
async function answering(subject: Subject): Promise<string[]> {
  const addresses = new Set<string>();
  for (let turn = 0; turn < 2 * subject.receivers.length; turn++) {
    const { json } = await subject.answerTo(subject.outputs.receiverLoadBalancerUrl);
    addresses.add(String((json as { server_ip_address?: string }).server_ip_address));
  }
  return [...addresses].sort();
}

const checks: Check[] = [
  {
    step: "1. Create an EC2 Instance",
    title: "the data host runs, with the public address of the outputs",
    run: async subject => {
      const { instanceId, publicIp } = subject.host("data");
      const { State, PublicIpAddress } = await subject.instance(instanceId);
      expectEqual("its state and address", [State?.Name, PublicIpAddress], ["running", publicIp]);
    },
  },
  {
    step: "2.1 SSH into the instance",
    title: "the data host takes the stack's key",
    run: subject => subject.expectSsh(subject.host("data")),
  },
  {
    step: "2.5 Test your server",
    title: "anyone reads the number",
    run: async subject => {
      await subject.number();
    },
  },
  {
    step: "2.5 Test your server",
    title: "the port that reads takes no update",
    run: async subject => {
      const request = { method: "POST", body: { num: 1 }, status: 405 };
      await subject.answerTo(dataUrl(subject, read), request);
    },
  },
  {
    step: "3.1 Launch 2 other receiver EC2 instances",
    title: "they run in a subnet other than the data host's",
    run: async subject => {
      const { SubnetId: dataSubnet } = await subject.instance(subject.host("data").instanceId);
      for (const { name, instanceId } of subject.receivers) {
        const { State, SubnetId } = await subject.instance(instanceId);
        expectEqual(`${name}'s state`, State?.Name, "running");
        if (SubnetId === dataSubnet)
          throw new Error(`${name} is in the data host's subnet, ${dataSubnet ?? ""}`);
      }
    },
  },
  {
    step: "3.1.8 Associate the EC2 Instances with the profile",
    title: "the receivers have an instance profile, the data host has none",
    run: async subject => {
      for (const { name, instanceId } of subject.receivers) {
        const { IamInstanceProfile } = await subject.instance(instanceId);
        if (!IamInstanceProfile) throw new Error(`${name} has no instance profile`);
      }
      const { IamInstanceProfile } = await subject.instance(subject.host("data").instanceId);
      expectEqual("the data host's profile", IamInstanceProfile?.Arn, undefined);
    },
  },
  {
    step: "3.3 scp the setup script to the instances",
    title: "the receivers take the stack's key",
    run: async subject => {
      for (const receiver of subject.receivers) await subject.expectSsh(receiver);
    },
  },
  {
    step: "3.4 Spin up the services",
    title: "each receiver answers with the number and its own address",
    run: async subject => {
      const seed = await subject.number();
      for (const receiver of subject.receivers) {
        const { json } = await subject.answerTo(receiverUrl(receiver));
        expectEqual(`the answer of ${receiver.name}`, json, { seed, server_ip_address: receiver.publicIp });
      }
    },
  },
  {
    step: "3.4 Spin up the services",
    title: "each receiver sets the number and answers with the network ACL, by its own role",
    run: async subject => {
      for (const receiver of subject.receivers) {
        const num = await anotherNumber(subject);
        expectAcl(await subject.post(receiverUrl(receiver), num), subject);
        expectEqual("the number then", await subject.number(), num);
      }
    },
  },
  {
    step: "3.4 Spin up the services",
    title: "a receiver refuses what is no integer, and the number stays",
    run: async subject => {
      const before = await subject.number();
      const [receiver] = subject.receivers;
      if (!receiver) throw new Error("the stack has no receiver");
      await subject.answerTo(receiverUrl(receiver), { method: "POST", body: { num: "1" }, status: 422 });
      expectEqual("the number then", await subject.number(), before);
    },
  },
  {
    step: "Set up NACL, 4. Replace the subnet's NACL",
    title: "the data host's subnet has it, and no other",
    run: async subject => {
      const { SubnetId } = await subject.instance(subject.host("data").instanceId);
      const { associations } = await acl(subject);
      expectEqual(
        "its subnets",
        associations.map(each => each.SubnetId),
        [SubnetId],
      );
    },
  },
  {
    step: "Set up NACL, 5. Egress",
    title: "rule 100 lets all TCP out",
    run: subject => expectEntry(subject, `egress 100 allow tcp 0-65535 to ${everywhere}`),
  },
  {
    step: "Set up NACL, 5. SSH",
    title: "rule 100 lets port 22 in",
    run: subject => expectEntry(subject, `ingress 100 allow tcp 22 from ${everywhere}`),
  },
  {
    step: "Set up NACL, 5. Port 8080",
    title: "rule 200 lets updates in from the receivers' subnet alone",
    run: async subject => {
      const receiver = subject.receivers[0]?.instanceId ?? "";
      await expectEntry(
        subject,
        `ingress 200 allow tcp ${update} from ${await subject.subnetCidr(receiver)}`,
      );
    },
  },
  {
    step: "Set up NACL, 5. Port 5000",
    title: "rule 300 lets reads in",
    run: subject => expectEntry(subject, `ingress 300 allow tcp ${read} from ${everywhere}`),
  },
  {
    step: "Set up NACL, 5. Ensure everything is set up correctly",
    title: "there is no other entry",
    run: async subject => expectEqual("how many there are", (await acl(subject)).entries.length, 4),
  },
  {
    step: "Set up NACL, 6.1 Create a new security group for data access service",
    title: "it lets reads in from everywhere, updates from the receivers' subnet",
    run: async subject => {
      const receivers = await subject.subnetCidr(subject.receivers[0]?.instanceId ?? "");
      await expectRules(subject, await groupOf(subject, "data"), new Map(), {
        ingress: [`tcp ${read} from ${everywhere}`, `tcp ${update} from ${receivers}`],
        egress: [`all to ${everywhere}`],
      });
    },
  },
  {
    step: "Set up NACL, 6.1 Create a new security group for data access service",
    title: "updates from the Internet are silent",
    waits: true,
    run: subject => subject.expectSilence(dataUrl(subject, update), { method: "POST", body: { num: 1 } }),
  },
  {
    step: "Set up NACL, 6.2 Create a new security group for receiver services",
    title: "it lets requests in from everywhere, and out to the data subnet and HTTPS",
    run: async subject => {
      const data = await subject.subnetCidr(subject.host("data").instanceId);
      await expectRules(subject, await groupOf(subject, "receiver-1"), new Map(), {
        ingress: [`tcp ${ports.receiver.http} from ${everywhere}`],
        egress: [`tcp 443 to ${everywhere}`, `tcp ${read} to ${data}`, `tcp ${update} to ${data}`],
      });
    },
  },
  {
    step: "Set up NACL, 6.2 Create a new security group for receiver services",
    title: "any other port of a receiver is silent",
    waits: true,
    run: subject => subject.expectSilence(`http://${subject.host("receiver-1").publicIp}:${read}/`),
  },
  {
    step: "4.1 Create a security group for the load balancer",
    title: "it lets HTTP in from everywhere, and out to both kinds of target",
    run: async subject => {
      const { SecurityGroups } = await subject.loadBalancer(subject.outputs.receiverLoadBalancerDns);
      const names = new Map([
        [await groupOf(subject, "receiver-1"), "receivers"],
        [await groupOf(subject, "stress"), "the fleet"],
      ]);
      await expectRules(subject, SecurityGroups?.[0] ?? "", names, {
        ingress: (subject.isSecure ? [443, 80] : [80]).map(port => `tcp ${port} from ${everywhere}`),
        egress: [`tcp ${ports.receiver.http} to receivers`, `tcp ${ports.stress.http} to the fleet`],
      });
    },
  },
  {
    step: "4.1 Create a security group for the load balancer",
    title: "its other ports are silent",
    waits: true,
    run: subject => subject.expectSilence(`http://${subject.outputs.receiverLoadBalancerDns}:8080/`),
  },
  {
    step: "4.4 Register EC2 instances",
    title: "every receiver is a healthy target",
    run: subject =>
      subject.expectHealthy(
        subject.outputs.receiverLoadBalancerDns,
        subject.receivers.map(({ instanceId }) => instanceId),
      ),
  },
  {
    step: "4.5 Create a listener",
    title: "each address of the load balancer answers",
    run: subject => subject.expectAnswers(subject.outputs.receiverLoadBalancerUrl),
  },
  {
    step: "4.7 Test it with curl",
    title: "the receivers answer in turn",
    run: async subject => {
      const addresses = subject.receivers.map(({ publicIp }) => publicIp).sort();
      expectEqual("who answers", await answering(subject), addresses);
    },
  },
  {
    step: "4.7 Test it with curl",
    title: "a POST sets the number and answers with the network ACL",
    run: async subject => {
      const num = await anotherNumber(subject);
      expectAcl(await subject.post(subject.outputs.receiverLoadBalancerUrl, num), subject);
      expectEqual("the number then", await subject.number(), num);
    },
  },
];

export const part1 = checks.map(check => ({ ...check, step: `Part 1, ${check.step}` }));
