/** Hosts in an empty region in this process, and OpenSSH's programs as an operator runs them. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { realClock } from "../local/clock";
import { amazonLinux2023 } from "../local/services/ec2/image";
import { startEmptyRegion } from "../local/start";
import { onCleanUp } from "./clean-up";
import { eventually } from "./eventually";
import { temporaryFolder } from "./folders";

export type Hosts = Awaited<ReturnType<typeof startHosts>>;

/** Launches an instance for each name in the default VPC, with a key pair and these ports open to all. */
export async function startHosts(
  names: string[],
  { ports = [22], keyType = "ed25519" }: { ports?: number[]; keyType?: "ed25519" | "rsa" } = {},
) {
  const folder = join(temporaryFolder(), "with a space", ".local");
  const running = await startEmptyRegion({
    name: "us-east-1",
    folder,
    clock: realClock(60),
    operatorAddress: "198.51.100.10",
    port: 0,
    sshPort: 0,
    report: () => undefined,
  });
  onCleanUp(() => running.close());
  const { calls, until } = running.region;
  const { KeyMaterial } = await calls.ec2.CreateKeyPair({ KeyName: "hosts", KeyType: keyType });
  const keyFile = join(temporaryFolder(), "key");
  writeFileSync(keyFile, KeyMaterial, { mode: 0o600 });
  const { GroupId } = await calls.ec2.CreateSecurityGroup({ GroupName: "hosts", Description: "hosts" });
  const open = (port: number) => ({
    GroupId,
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    CidrIp: "0.0.0.0/0",
  });
  for (const port of ports) await calls.ec2.AuthorizeSecurityGroupIngress(open(port));
  const instances: Record<string, { id: string; privateIp: string; publicIp: string }> = {};
  for (const name of names) {
    const { Instances } = await calls.ec2.RunInstances({
      MinCount: 1,
      MaxCount: 1,
      ImageId: amazonLinux2023,
      InstanceType: "t3.micro",
      KeyName: "hosts",
      SecurityGroupIds: [GroupId],
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: name }] }],
    });
    const [{ InstanceId: id = "" } = {}] = Instances ?? [];
    await until.instanceRunning(id);
    const { Reservations } = await calls.ec2.DescribeInstances({ InstanceIds: [id] });
    const { PrivateIpAddress: privateIp = "", PublicIpAddress: publicIp = "" } =
      Reservations[0]?.Instances?.[0] ?? {};
    instances[name] = { id, privateIp, publicIp };
    await eventually(`ssh_config lists ${name}`, () =>
      readFileSync(join(folder, "ssh_config"), "utf8").includes(id),
    );
  }
  const instance = (name: string) => {
    const found = instances[name];
    if (!found) throw new Error(`there is no instance ${name}`);
    return found;
  };
  return {
    running,
    calls,
    folder,
    keyFile,
    instance,
    revoke: (port: number) => calls.ec2.RevokeSecurityGroupIngress(open(port)),
    /** Runs ssh, scp or sftp with the region's configuration and the key. */
    run: (program: "ssh" | "scp" | "sftp", args: string[], input?: string | Buffer) =>
      run(program, ["-F", "ssh_config", "-i", keyFile, ...args], { cwd: folder, input }),
  };
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; of our environment it gets PATH only. */
export async function run(
  program: string,
  args: string[],
  { cwd, input = "" }: { cwd: string; input?: string | Buffer },
): Promise<Outcome> {
  const child = spawn(program, args, { cwd, env: { PATH: process.env["PATH"] }, stdio: "pipe" });
  onCleanUp(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined); // it may end before it has read all
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, stdout, stderr };
}
