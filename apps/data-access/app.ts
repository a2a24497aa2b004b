import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { createApp, sendJson, withBody } from "../common/app";
import { seedUpdateSchema } from "../common/seed";
import type { SeedStore } from "./store";

export function createReadApp(store: Pick<SeedStore, "value">, log: Logger): RequestListener {
  return createApp(log, { "/": { get: (_request, response) => sendJson(response, 200, store.value) } });
}

export function createUpdateApp(store: Pick<SeedStore, "update">, log: Logger): RequestListener {
  const post = withBody(seedUpdateSchema, async ({ num }, response) => {
    try {
      await store.update(num);
      sendJson(response, 200, { num, status: "ok" });
    } catch (error) {
      log.error({ err: error }, "the seed could not be written");
      sendJson(response, 500, { num, status: "error" });
    }
  });
  return createApp(log, { "/": { post } });
}
