/** Decides generated connections for a while whenever it is told, and sends how many a second. */
import { evaluateConnection } from "../../local/network/reachability/reachability";
import { generatedConnection, generatedNetwork } from "../../testing/generated-networks";
import { Random } from "../../testing/random";

const milliseconds = Number(process.env["BENCH_MILLISECONDS"]);

const random = new Random(1);
const cases = Array.from({ length: 20 }, () => generatedNetwork(random)).flatMap(model =>
  Array.from({ length: 50 }, () => ({ model, connection: generatedConnection(random, model) })),
);

process.on("message", () => {
  const begin = performance.now();
  let decided = 0;
  while (performance.now() - begin < milliseconds) {
    for (const { model, connection } of cases) evaluateConnection(model, connection);
    decided += cases.length;
  }
  process.send?.((decided / (performance.now() - begin)) * 1000);
});
process.send?.("ready");
