import * as z from "zod";
import { seedSchema } from "../common/seed";
import { ask, type Question } from "./http-client";

const updatedSchema = z.object({ status: z.literal("ok") });

async function askFor<T>(schema: z.ZodType<T>, url: URL, question: Question): Promise<T> {
  // By HTTP_PROXY the local region knows the caller.
  const { status, headers, text } = await ask(url, { ...question, proxy: process.env.HTTP_PROXY });
  // A proxy says in this header why it could not connect (RFC 9209); its 502 alone doesn't.
  const cause = headers["proxy-status"];
  if (status !== 200) throw new Error(`${url.href} answered ${status}`, { cause });
  return schema.parse(JSON.parse(text));
}

export function dataAccess(readUrl: string, updateUrl: string) {
  const [read, update] = [new URL(readUrl), new URL(updateUrl)];

  return {
    readSeed: (signal: AbortSignal): Promise<number> => askFor(seedSchema, read, { signal }),

    async updateSeed(num: number, signal: AbortSignal): Promise<void> {
      const headers = { "Content-Type": "application/json" };
      await askFor(updatedSchema, update, { method: "POST", headers, body: JSON.stringify({ num }), signal });
    },
  };
}
