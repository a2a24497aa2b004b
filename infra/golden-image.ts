import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host";
import type { Service } from "./service";

export interface GoldenImageArgs {
  /** The host whose disk it is a copy of. */
  host: Host;
  /** What is installed on it: a change of it bakes anew. */
  service: Service;
}

/**
 * An image of a provisioned host, from which instances start with nothing to fetch. AWS looks at the host only
 * when the image is created, and an image's name is unique in a region: its name holds whatever its content
 * depends on, so that every change bakes a new one, before the old one goes.
 */
export class GoldenImage extends pulumi.ComponentResource {
  readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: GoldenImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("elastic-fleet:infra:GoldenImage", name, {}, opts);
    const content = args.service.content.apply(text =>
      createHash("sha256").update(text).digest("hex").slice(0, 12),
    );
    const image = new aws.ec2.AmiFromInstance(
      name,
      {
        name: pulumi.interpolate`${pulumi.getProject()}-${pulumi.getStack()}-${name}-${content}-${args.host.instanceId}`,
        sourceInstanceId: args.host.instanceId,
        tags: { Name: name, part: name },
      },
      { parent: this, dependsOn: args.service.installed },
    );
    this.imageId = image.id;
    this.registerOutputs({ imageId: this.imageId });
  }
}
