/** Servers under measurement, each in a process of its own, and what their figures come to. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type http from "node:http";
import type { AddressInfo } from "node:net";
import { onCleanUp } from "../testing/clean-up";
import { loopback } from "../testing/servers";

/** Runs `file` again with these variables, for it to `serve`. @returns the server's port; `cleanUp` ends it */
export async function startServer(file: string, environment: Record<string, string>): Promise<number> {
  const child = fork(file, process.argv.slice(2), { env: { ...process.env, ...environment } });
  onCleanUp(async () => {
    child.disconnect();
    await once(child, "exit"); // it writes to its folder until then
  });
  const [port] = (await once(child, "message")) as [number];
  return port;
}

/** In a child: serves until its parent ends it. */
export async function serve(server: http.Server): Promise<void> {
  await once(server.listen(0, loopback), "listening");
  process.send?.((server.address() as AddressInfo).port);
  process.once("disconnect", () => process.exit());
}

/** The median of what `measure` returns in each round, to two decimals. */
export async function medianRatio(rounds: number, measure: () => Promise<number>): Promise<string> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) ratios.push(await measure());
  ratios.sort((a, b) => a - b);
  const middle = (rounds - 1) / 2;
  return (((ratios[Math.floor(middle)] ?? NaN) + (ratios[Math.ceil(middle)] ?? NaN)) / 2).toFixed(2);
}
