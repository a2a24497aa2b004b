import { availableParallelism, hostname } from "node:os";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { serve } from "../common/serve";
import { createStressApp } from "./app";
import { burn } from "./burn";
import { CpuLoad } from "./cpu-load";
import { environmentSchema } from "./environment";
import { ports } from "./ports";

if (isMainThread) {
  void serve(ports, environmentSchema, (environment, log) => {
    const { STRESS_SECONDS: seconds, STRESS_WORKERS = Infinity, HOST_NAME } = environment;
    const workers = Math.min(STRESS_WORKERS, availableParallelism());
    // A release is one file, so its workers start here, too.
    const startWorker = (end: BigInt64Array) => new Worker(__filename, { workerData: end });
    const load = new CpuLoad({ seconds, workers, startWorker }, log);
    const host = { name: () => HOST_NAME ?? hostname(), stress: () => load.request() };
    return { http: createStressApp(host, log) };
  });
} else {
  burn(workerData as BigInt64Array);
}
