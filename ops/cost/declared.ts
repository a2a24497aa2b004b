/** What the program declares, without a region or an account: evaluated as `pulumi preview` does. */
import { join } from "node:path";
import { evaluate } from "../../local/pulumi/evaluate";
import { readStack } from "../../local/pulumi/stack";
import type { Declared } from "./bill";
import { assertRegion } from "./rates";

/**
 * @param root the project's root folder
 * @param config overrides the stack's
 * @throws with a message for users if the configuration isn't valid
 */
export async function declaredResources(
  root: string,
  stackName: string,
  config: Record<string, string>,
): Promise<Declared[]> {
  const stack = readStack(root, stackName, config);
  const region = stack.config["aws:region"] ?? "";
  assertRegion(region);
  const zones = ["a", "b"].map(letter => `${region}${letter}`);
  // Costs depend on none of these.
  const answers: Record<string, object> = {
    "aws:index/getRegion:getRegion": { region },
    "aws:index/getAvailabilityZones:getAvailabilityZones": { names: zones },
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": { locations: zones },
    "aws:ssm/getParameter:getParameter": { value: "ami-00000000000000000" },
  };
  const declared: Declared[] = [];
  const engine = {
    newResource: ({ type, name, inputs }: { type: string; name: string; inputs: unknown }) => {
      declared.push({ type, name, inputs: inputs as Declared["inputs"] });
      return Promise.resolve({ id: "", state: {} });
    },
    call: ({ token }: { token: string }) => {
      const answer = answers[token];
      if (!answer) throw new Error(`the program calls ${token}: ops/cost/declared.ts lacks an answer for it`);
      return Promise.resolve(answer as Record<string, unknown>);
    },
  };
  await evaluate(join(root, "infra", "index.ts"), stack, engine, { preview: true });
  return declared;
}
