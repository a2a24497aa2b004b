/**
 * Starts that can't succeed: each fails at once, names the cause helpfully, and leaves nothing running. A program that
 * lacks something it needs fails as it would on AWS.
 */
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ports } from "../apps/ports";
import { copyOfProject, start, type Command } from "../testing/cli";
import { answerTo } from "../testing/client";
import { operatorAddress, startTestRegion } from "../testing/region";
import { listen } from "../testing/servers";
import { bastionClient } from "../testing/ssh";

describe("declared without", () => {
  test.each([
    {
      without: "NetworkAclRule:data-ingress-ssh",
      code: "SUBNET_ACL_RESTRICTION",
      packet: `request from ${operatorAddress}:\\d+ to 10\\.0\\.1\\.10:22`,
      by:
        "network ACL acl-[0-9a-f]{17} \\(ingress rule \\*, deny all\\) of subnet subnet-[0-9a-f]{17}; " +
        "nearest: rule 300, allow TCP 5000 from 0\\.0\\.0\\.0/0 \\(port 22 doesn't fit\\)",
    },
    {
      without: "NetworkAclRule:data-egress-all",
      code: "SUBNET_ACL_RESTRICTION",
      packet: `reply from 10\\.0\\.1\\.10:22 to ${operatorAddress}:\\d+`,
      by: "network ACL acl-[0-9a-f]{17} \\(egress rule \\*, deny all\\) of subnet subnet-[0-9a-f]{17}",
    },
    {
      without: "SecurityGroupIngressRule:data-access-in-ssh",
      code: "ENI_SG_RULES_MISMATCH",
      packet: `request from ${operatorAddress}:\\d+ to 10\\.0\\.1\\.10:22`,
      by:
        `security group sg-[0-9a-f]{17} .* \\(no ingress rule allows TCP 22 from ${operatorAddress}\\); ` +
        "nearest: rule sgr-[0-9a-f]{17}, allow TCP 5000 from 0\\.0\\.0\\.0/0 \\(port 22 doesn't fit\\)",
    },
    {
      without: "SecurityGroupIngressRule:receiver-in-ssh",
      code: "ENI_SG_RULES_MISMATCH",
      packet: `request from ${operatorAddress}:\\d+ to 10\\.0\\.2\\.1\\d:22`,
      by:
        `security group sg-[0-9a-f]{17} .* \\(no ingress rule allows TCP 22 from ${operatorAddress}\\); ` +
        "nearest: rule sgr-[0-9a-f]{17}, allow TCP 8080 from 0\\.0\\.0\\.0/0 \\(port 22 doesn't fit\\)",
    },
  ])("$without, a host can't be provisioned: $code", async ({ without, code, packet, by }) => {
    const dialled = /^ssh: dial tcp 203\.0\.113\.\d+:22: i\/o timeout$/.source.slice(0, -1);
    await expect(startTestRegion({ without: [without] })).rejects.toThrow(
      new RegExp(`${dialled}\n${code}: the ${packet} \\(TCP\\) was dropped by ${by}$`),
    );
  });

  test("the instance profile, receivers start, but have no credentials to ask EC2 with", async () => {
    const region = await startTestRegion({ without: ["InstanceProfile:receiver"] });
    const url = `http://${region.addresses("receiver-1").publicIp}:${ports.receiver.http}/`;
    const through = region.internet;
    expect(await answerTo(url, { through })).toMatchObject({ status: 200, json: { seed: 0 } });
    const posted = await answerTo(url, { through, method: "POST", body: { num: 1 } });
    expect(posted).toMatchObject({ status: 502, json: "Error in processing request" });
    const { err } = await region.logged("receiver-1", "an upstream failed");
    expect(err).toMatchObject({
      message: "EC2 failed",
      cause: { message: "Error response received from instance metadata service", statusCode: 404 },
    });
  });
});

describe("from the command line", () => {
  let project: string;
  beforeAll(() => {
    project = copyOfProject();
  });

  /** The message of a start that fails: exit code 1, and nothing else on standard error. */
  async function messageOf(command: Command): Promise<string> {
    expect(await command.ended).toBe(1);
    const message = command.stderr();
    expect(message).not.toMatch(/^ +at /m);
    return message.trim();
  }

  test("an invalid configuration: every problem in one message, before the first resource", async () => {
    const values = ["vpcCidr=10.0.0.0/24", "receiverCount=0", "receiverCuont=3"];
    const options = values.flatMap(value => ["--config", value]);
    const [first, ...problems] = (await messageOf(start(project, options))).split("\n");
    expect(first).toBe("local region: the stack's configuration is not valid:");
    expect(problems.sort()).toEqual([
      expect.stringMatching(/^ {2}receiverCount: must be .* from 1 to 20; got "0"$/),
      expect.stringMatching(/^ {2}receiverCuont: unknown key; known keys: /),
      expect.stringMatching(/^ {2}vpcCidr: must be .* from \/16 to .*; got "10.0.0.0\/24"$/),
    ]);
  });

  test("an operator outside sshCidr", async () => {
    const operator = ["--operator-address", "198.51.100.11"];
    const command = start(project, ["--config", "sshCidr=198.51.100.10/32", ...operator]);
    expect(await messageOf(command)).toMatch(
      /^local region: ssh: dial tcp 203\.0\.113\.\d+:22: i\/o timeout\nENI_SG_RULES_MISMATCH: .* \(no ingress rule allows TCP 22 from 198\.51\.100\.11\); nearest: rule sgr-[0-9a-f]{17}, allow TCP 22 from 198\.51\.100\.10\/32 \(source 198\.51\.100\.11 doesn't fit\)$/,
    );
    expect(command.stdout()).not.toMatch(/^ready after/m);
  });

  test("an unknown stack", async () => {
    expect(await messageOf(start(project, ["--stack", "prod"]))).toBe(
      'local region: no stack "prod": Pulumi.prod.yaml does not exist; existing stacks: dev',
    );
  });

  test("an unknown option, and an invalid value", async () => {
    const unknown = await messageOf(start(project, ["--sped", "60"]));
    expect(unknown).toMatch(/^local region: Unknown option '--sped'/);
    expect(await messageOf(start(project, ["--speed", "fast"]))).toBe(
      'local region: --speed must be a whole number from 1 to 600, not "fast"',
    );
  });

  test("a port that is taken", async () => {
    const taken = await occupy(0);
    expect(await messageOf(start(project, ["--port", String(taken)]))).toBe(
      `local region: port ${taken} is in use or not allowed; choose another with --port, or omit it to get a free one`,
    );
  });

  test("without --port, other ports than a taken 4000 and 4022; and no second region in the same project", async () => {
    await occupy(4000);
    await occupy(4022);
    const command = start(project);
    const [, port] = await command.says(/The local Internet is the HTTP proxy http:\/\/127\.0\.0\.1:(\d+)/);
    await command.says(/ready after/);
    expect(port).not.toBe("4000");
    const [, sshPort] = await command.says(/port 4022 is in use; the SSH bastion is on port (\d+)$/m);
    await expect(bastionClient(Number(sshPort))).resolves.toBeDefined();
    const { text } = await answerTo(`http://127.0.0.1:${port}/`);
    expect(text).toMatch(/^The local Internet of elastic-fleet\/dev/);

    const running = "local region: another local region is running in this project; stop it first";
    expect((await messageOf(start(project))).startsWith(running)).toBe(true);
    expect((await answerTo(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });
});

/**
 * Takes a port until the test is over, 0 being any free one. A port that stays taken serves as well; one that a region of
 * another suite has would be given back amid the test.
 */
async function occupy(port: number): Promise<number> {
  const givenBack = performance.now() + 20_000;
  for (;;) {
    try {
      return (await listen(http.createServer(), port)).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || port === 0) throw error;
      if (performance.now() > givenBack) return port;
      await delay(20);
    }
  }
}
