import * as z from "zod";
import { mustBe } from "../common/problems";

const seconds = mustBe("a number of seconds above 0, a day at most");
const workers = mustBe("a whole number of workers, 1 to 1024");

export const environmentSchema = z.object({
  /** How long one request's load lasts. May be a fraction, because the local region's clock is faster. */
  STRESS_SECONDS: z
    .string(seconds)
    .regex(/^\d{1,5}(\.\d+)?$/, seconds)
    .transform(Number)
    .refine(value => value > 0 && value <= 86_400, seconds)
    .default(300),
  /** To have fewer workers than vCPUs; there are never more. */
  STRESS_WORKERS: z
    .string(workers)
    .regex(/^\d{1,4}$/, workers)
    .transform(Number)
    .refine(value => value >= 1 && value <= 1024, workers)
    .optional(),
  /**
   * The host's name to answer. Never set on AWS, where hosts have their own. The local region's hosts are processes of
   * one machine, which only this tells apart.
   */
  HOST_NAME: z.string().min(1, mustBe("a host name")).optional(),
});
