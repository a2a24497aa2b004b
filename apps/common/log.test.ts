import { memoryLog } from "../../testing/services";

function logged(error: unknown): unknown {
  const { log, lines } = memoryLog();
  log.error({ err: error }, "failed");
  return lines[0]?.err;
}

test("an error is logged with its code and the chain of its causes", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const error = new Error("data-access failed", { cause: new TypeError("fetch failed", { cause: refused }) });
  expect(logged(error)).toEqual({
    type: "Error",
    message: "data-access failed",
    stack: error.stack,
    cause: {
      type: "TypeError",
      message: "fetch failed",
      cause: { type: "Error", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    },
  });
});

test("nothing else of an error is logged, such as the request that it carries", () => {
  const cause = Object.assign(new Error("inner"), { config: { data: "secret" } });
  const error = Object.assign(new Error("outer", { cause }), { request: { headers: { token: "secret" } } });
  expect(JSON.stringify(logged(error))).not.toContain("secret");
});

test("a cause that leads back to itself does not hang the log", () => {
  const error = new Error("round");
  error.cause = error;
  expect(logged(error)).toMatchObject({
    message: "round",
    cause: { message: "round", cause: { message: "round" } },
  });
});

test("what is thrown but is no error is logged as text", () => {
  expect(logged("oops")).toEqual({ message: "oops" });
});
