import { ask, type Answer, type Request } from "../ops/http";

export { ask, type Answer, type Outcome, type Request } from "../ops/http";

/** As `ask`, for a request that must be answered, however slow this machine is. */
export async function answerTo(url: string, request: Request = {}): Promise<Answer> {
  const outcome = await ask(url, { patience: 10_000, ...request });
  if (typeof outcome === "string") throw new Error(`${request.method ?? "GET"} ${url}: ${outcome}`);
  return outcome;
}
