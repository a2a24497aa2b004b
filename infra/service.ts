import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { remoteUser, shipmentOf } from "../apps/shipping/ship";
import type { Release } from "../apps/shipping/release";
import type { Bastion } from "./config";
import type { Host } from "./host";

export interface ServiceArgs {
  host: Host;
  privateKey: pulumi.Input<string>;
  /** Reached through it, if given. */
  bastion?: Bastion & { privateKey: pulumi.Input<string> };
  /** Path of the runtime's archive on the deploying machine. */
  runtime: Promise<string>;
  release: Release;
  /** Must hold no secrets: diffs show it. */
  environment?: Record<string, pulumi.Input<string>>;
  /** Must exist before the host can be reached. */
  dependsOn: pulumi.Resource[];
  /** Must exist before the service starts; its files may be copied earlier. */
  startAfter?: pulumi.Resource[];
}

/** A service, copied to its host and installed over SSH, because the host may have no outbound access. */
export class Service extends pulumi.ComponentResource {
  /** Completes once the service is healthy. */
  readonly installed: pulumi.Resource;
  /** Changes whenever the installed content does. */
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
      ...(args.bastion && { proxy: args.bastion }),
      // The default of 10 tries is too short for an instance to boot: this waits about 4 minutes if the port refuses
      // connections, 20 if nothing answers.
      dialErrorLimit: 60,
    };
    // A replaced host has nothing installed.
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
      // The hosts' sshd rejects environment variables, so each update would print a warning.
      { connection, create, stdin: manifest, triggers, addPreviousOutputInEnv: false },
      { parent: this, dependsOn: [...copied, ...args.dependsOn, ...(args.startAfter ?? [])] },
    );
    // It names the runtime and the release by digest.
    this.content = manifest;
    this.registerOutputs({});
  }
}
