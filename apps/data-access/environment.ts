import * as z from "zod";
import { mustBe } from "../common/problems";

export const environmentSchema = z.object({
  /** Set by systemd from the unit's StateDirectory=. */
  STATE_DIRECTORY: z.string(mustBe("a folder")).min(1, mustBe("a folder")),
});
