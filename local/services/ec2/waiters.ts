/** What callers in-process wait for, where clients by HTTP ask again and again. */
import type { Ec2 } from "./ec2";
import { find } from "./resource-types";

type Waited = Pick<Ec2, "instances" | "images">;

/** @throws if the instance ends up in another state */
export async function instanceRunning({ instances }: Waited, instanceId: string): Promise<void> {
  await instances.settled(instanceId);
  const instance = instances.records.get(instanceId);
  if (instance?.state === "running") return;
  const reason = instance?.stateReason?.message ?? "no reason is known";
  throw new Error(`${instanceId} is ${instance?.state ?? "unknown"}: ${reason}`);
}

/** @throws if the image fails */
export async function imageAvailable({ images }: Waited, imageId: string): Promise<void> {
  const image = find(images, "image", imageId);
  await image.ready;
}
