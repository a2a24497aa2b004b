import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { remoteUser, shipmentOf } from "../apps/shipping/ship";
import type { Release } from "../apps/shipping/release";
import type { Host } from "./host";

export interface ServiceArgs {
  host: Host;
  privateKey: pulumi.Input<string>;
  /** Path of the runtime's archive on this machine. */
  runtime: Promise<string>;
  release: Release;
  /** Nothing secret: it is shown in diffs. */
  environment?: Record<string, pulumi.Input<string>>;
  /** What has to stand before the host can be reached. */
  dependsOn: pulumi.Resource[];
  /** What has to stand before the service is started, while its files may be copied already. */
  startAfter?: pulumi.Resource[];
}

/** A service shipped to a host and started there: copied and installed over SSH, as the host may have no way out. */
export class Service extends pulumi.ComponentResource {
  /** Done when the service is healthy on its host. */
  readonly installed: pulumi.Resource;
  /** Text that changes whenever what is installed does. */
  readonly content: pulumi.Output<string>;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "elastic-fleet:infra:Service",
      name,
      { release: args.release.sha256, environment: args.environment },
      opts,
    );
    const { host, release } = args;

    const connection = {
      host: host.publicIp,
      user: remoteUser,
      privateKey: args.privateKey,
      // An instance takes longer to boot than the default of 10 tries: this waits about 4 minutes where the port
      // is refused, and 20 where nothing answers.
      dialErrorLimit: 60,
    };
    // A new host under the same name has none of this yet.
    const triggers = [host.instanceId];

    const { copies, command: create, stdin } = shipmentOf(release, args.runtime);
    const manifest = pulumi.output(args.environment ?? {}).apply(stdin);

    const copied = Object.entries(copies).map(
      ([what, { source, remotePath }]) =>
        new command.remote.CopyToRemote(
          `${name}-${what}`,
          { connection, source: new pulumi.asset.FileAsset(source), remotePath, triggers },
          { parent: this, dependsOn: args.dependsOn },
        ),
    );
    this.installed = new command.remote.Command(
      name,
      // Hosts' sshd takes no variables from outside: each update would warn of that.
      { connection, create, stdin: manifest, triggers, addPreviousOutputInEnv: false },
      { parent: this, dependsOn: [...copied, ...args.dependsOn, ...(args.startAfter ?? [])] },
    );
    // The runtime and the release stand in it by their digests.
    this.content = manifest;
    this.registerOutputs({});
  }
}
