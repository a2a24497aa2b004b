/** A bare server beside the stress service's own workers: what its callers would feel of a machine's scheduler alone. */
import http from "node:http";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { burn } from "../../apps/stress/burn";
import { serve } from "./serve";

const body = '"bench"';

function listen(): void {
  const end = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const server = http.createServer((request, response) => {
    if (request.method === "POST") {
      const seconds = Number(process.env["BENCH_SECONDS"]);
      Atomics.store(end, 0, process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9)));
      new Worker(__filename, { workerData: end });
    }
    response.writeHead(200, { "Content-Length": body.length }).end(body);
  });
  void serve({ http: server });
}

if (isMainThread) listen();
else burn(workerData as BigInt64Array);
