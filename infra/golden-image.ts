import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host";
import type { Service } from "./service";

export interface GoldenImageArgs {
  host: Host;
  /** The service installed on it; a change bakes a new image. */
  service: Service;
}

/**
 * An image of a provisioned host; instances start from it with nothing to download. AWS reads the host only when it
 * creates the image, and image names are unique in a region: the name includes everything the content depends on, so
 * that each change bakes a new image before the old one is deleted.
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
