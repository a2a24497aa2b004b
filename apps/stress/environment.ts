import * as z from "zod";
import { mustBe } from "../common/problems";

const seconds = mustBe("a number of seconds above 0, a day at most");
const workers = mustBe("a whole number of workers, 1 to 1024");

export const environmentSchema = z.object({
  /** How long the load lasts after the last request for it. A fraction, because the local region's clock is faster. */
  STRESS_SECONDS: z
    .string(seconds)
    .regex(/^\d{1,5}(\.\d+)?$/, seconds)
    .transform(Number)
    .refine(value => value > 0 && value <= 86_400, seconds)
    .default(300),
  /** Fewer workers than vCPUs; there are never more. */
  STRESS_WORKERS: z
    .string(workers)
    .regex(/^\d{1,4}$/, workers)
    .transform(Number)
    .refine(value => value >= 1 && value <= 1024, workers)
    .optional(),
  /**
   * What to answer as the host's name. Never set on AWS: there the name is the host's own. The hosts of the local
   * region are processes of one machine, and only this can tell their names apart.
   */
  HOST_NAME: z.string().min(1, mustBe("a host name")).optional(),
});
