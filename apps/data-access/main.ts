import { join } from "node:path";
import { serve } from "../common/serve";
import { createReadApp, createUpdateApp } from "./app";
import { environmentSchema } from "./environment";
import { ports } from "./ports";
import { SeedFile } from "./seed-file";
import { SeedStore } from "./store";

void serve(ports, environmentSchema, async ({ STATE_DIRECTORY }, log) => {
  const store = new SeedStore(await SeedFile.open(join(STATE_DIRECTORY, "seed.json")));
  return { read: createReadApp(store, log), update: createUpdateApp(store, log) };
});
