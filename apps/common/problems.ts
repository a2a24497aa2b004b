import * as z from "zod";

/** One text for all of a schema's complaints about a value, to follow the value's name. */
export function mustBe(what: string) {
  return {
    error: (issue: { input?: unknown }) => (issue.input === undefined ? "is missing" : `must be ${what}`),
  };
}

/** One text per problem, each naming its field; `whole` names the value itself. */
export function problems(error: z.ZodError, whole: string): string[] {
  return error.issues.map(({ path, message }) => `${path.join(".") || whole} ${message}`);
}
