import * as z from "zod";

/** The text of a schema's every complaint about one value; it reads well after the name of that value. */
export function mustBe(what: string) {
  return {
    error: (issue: { input?: unknown }) => (issue.input === undefined ? "is missing" : `must be ${what}`),
  };
}

/** One line per problem, each naming its field; `whole` is what to call the value itself. */
export function problems(error: z.ZodError, whole: string): string[] {
  return error.issues.map(({ path, message }) => `${path.join(".") || whole} ${message}`);
}
