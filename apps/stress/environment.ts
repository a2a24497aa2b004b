import * as z from "zod";
import { numeric } from "../common/environment";
import { mustBe } from "../common/problems";

const seconds = "a number of seconds above 0, a day at most";
const workers = "a whole number of workers, 1 to 1024";

export const environmentSchema = z.object({
  /** How long one request's load lasts. May be a fraction, because the local region's clock is faster. */
  STRESS_SECONDS: numeric(seconds, /^\d{1,5}(\.\d+)?$/, Number.MIN_VALUE, 86_400).default(300),
  /** To have fewer workers than vCPUs; there are never more. */
  STRESS_WORKERS: numeric(workers, /^\d{1,4}$/, 1, 1024).optional(),
  /**
   * The host's name to answer. Never set on AWS, where hosts have their own. The local region's hosts are processes of
   * one machine, which only this tells apart.
   */
  HOST_NAME: z.string().min(1, mustBe("a host name")).optional(),
});
