import { environmentSchema } from "./environment";

const problemsOf = (environment: Record<string, string>) =>
  environmentSchema
    .safeParse(environment)
    .error?.issues.map(({ path, message }) => `${path[0] as string} ${message}`);

test("everything has a default or is optional", () => {
  expect(environmentSchema.parse({})).toEqual({ STRESS_SECONDS: 300 });
});

test("set variables are parsed", () => {
  const environment = { STRESS_SECONDS: "0.5", STRESS_WORKERS: "1", HOST_NAME: "ip-10-0-11-20.ec2.internal" };
  expect(environmentSchema.parse(environment)).toEqual({
    STRESS_SECONDS: 0.5,
    STRESS_WORKERS: 1,
    HOST_NAME: "ip-10-0-11-20.ec2.internal",
  });
});

test.each(["", "0", "0.0", "-1", "1e3", "86401", "5m", "."])("%j is no time to stress", text => {
  expect(problemsOf({ STRESS_SECONDS: text })).toEqual([
    "STRESS_SECONDS must be a number of seconds above 0, a day at most",
  ]);
});

test.each(["", "0", "1.5", "-1", "1025", "all"])("%j is no number of workers", text => {
  expect(problemsOf({ STRESS_WORKERS: text })).toEqual([
    "STRESS_WORKERS must be a whole number of workers, 1 to 1024",
  ]);
});

test("an empty host name is refused", () => {
  expect(problemsOf({ HOST_NAME: "" })).toEqual(["HOST_NAME must be a host name"]);
});
