/** What the page asks of the region. */
import type { CommandError, CommandName, Commands, NodeKey, Why } from "../events";

/** The region refused a command, in AWS's words where it is AWS's. */
export class Refusal extends Error {}

export async function command<Name extends CommandName>(
  name: Name,
  body: Commands[Name]["body"],
): Promise<Commands[Name]["answer"]> {
  const response = await fetch(`/do/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answerOf(response)) as Commands[Name]["answer"];
}

export async function askWhy(from: NodeKey, to: NodeKey, port: number): Promise<Why> {
  const query = new URLSearchParams({ from, to, port: String(port) });
  return (await answerOf(await fetch(`/why?${query.toString()}`))) as Why;
}

async function answerOf(response: Response): Promise<unknown> {
  const answer = (await response.json()) as unknown;
  if (response.ok) return answer;
  const { code, message } = (answer as CommandError).error;
  throw new Refusal(`${code}: ${message}`);
}
