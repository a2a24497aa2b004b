import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { createApp, withBody } from "../common/app";
import { seedUpdateSchema } from "../common/seed";
import type { SeedStore } from "./store";

export function createReadApp(store: Pick<SeedStore, "value">, log: Logger): RequestListener {
  return createApp(log, { "/": { value: () => store.value } });
}

export function createUpdateApp(store: Pick<SeedStore, "update">, log: Logger): RequestListener {
  const post = withBody(seedUpdateSchema, async ({ num }, response) => {
    try {
      await store.update(num);
      response.json({ num, status: "ok" });
    } catch (error) {
      log.error({ err: error }, "the seed could not be written");
      response.status(500).json({ num, status: "error" });
    }
  });
  return createApp(log, { "/": { post } });
}
