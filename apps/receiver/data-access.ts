import axios, { type AxiosError } from "axios";
import * as z from "zod";
import { seedSchema } from "../common/seed";

const updatedSchema = z.object({ status: z.literal("ok") });

// axios and not fetch, because it uses HTTP_PROXY, by which the local region knows the caller.
const http = axios.create({ maxRedirects: 0, maxContentLength: 1024 });

http.interceptors.response.use(undefined, (error: AxiosError) => {
  // A proxy says in this header why it could not connect (RFC 9209); its 502 alone doesn't.
  const reason: unknown = error.response?.headers["proxy-status"];
  throw typeof reason === "string" ? new Error(reason, { cause: error }) : error;
});

export function dataAccess(readUrl: string, updateUrl: string) {
  return {
    async readSeed(signal: AbortSignal): Promise<number> {
      const { data } = await http.get<unknown>(readUrl, { signal });
      return seedSchema.parse(data);
    },

    async updateSeed(num: number, signal: AbortSignal): Promise<void> {
      const { data } = await http.post<unknown>(updateUrl, { num }, { signal });
      updatedSchema.parse(data);
    },
  };
}
