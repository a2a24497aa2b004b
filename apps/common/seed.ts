import * as z from "zod";
import { mustBe } from "./problems";

/** A seed: an integer that a JSON number carries exactly, the same in every language. */
export const seedSchema = z.int(mustBe("an integer from -9007199254740991 to 9007199254740991"));

/** The body of an update, as the receiver accepts it and passes it on to data-access. */
export const seedUpdateSchema = z.strictObject(
  { num: seedSchema },
  {
    error: issue =>
      issue.code === "unrecognized_keys"
        ? `must not contain ${issue.keys.map(key => JSON.stringify(key)).join(", ")}`
        : "must be an object",
  },
);

export type SeedUpdate = z.infer<typeof seedUpdateSchema>;
