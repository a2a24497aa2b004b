/** How requests name instances. */
import type { Instance } from "../instance-records";
import { notFound } from "../resource-types";
import type { Ec2ActionContext } from "./context";
import { assertExist } from "./describe";
import { required } from "./validation";

/**
 * The visible instances with these ids, in the order of the request.
 * @throws AwsError if there is none, or one is unknown
 */
export function instancesNamed(
  { ec2, now }: Pick<Ec2ActionContext, "ec2" | "now">,
  ids: readonly string[] | undefined,
): Instance[] {
  const visible = ec2.instances.records.visible(now());
  const idOf = ({ specification }: Instance) => specification.instanceId;
  const wanted = [...new Set(required(ids, "InstanceId"))];
  assertExist(visible, { type: "instance", idOf }, wanted);
  return wanted.flatMap(id => visible.find(each => idOf(each) === id) ?? []);
}

/** @throws AwsError if the instance is unknown */
export function instanceNamed(
  context: Pick<Ec2ActionContext, "ec2" | "now">,
  id: string | undefined,
): Instance {
  const [instance] = instancesNamed(context, [required(id, "InstanceId")]);
  if (!instance) throw notFound("instance", [id ?? ""]);
  return instance;
}
