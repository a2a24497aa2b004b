import { memoryLog } from "../../testing/services";
import { listenHttp } from "../../testing/servers";
import { createStressApp } from "./app";

const { log, lines } = memoryLog();
let name = "ip-10-0-11-20.ec2.internal";
const stress = jest.fn();
let url: string;

beforeAll(async () => {
  ({ url } = await listenHttp(createStressApp({ name: () => name, stress }, log)));
});
beforeEach(() => stress.mockReset());

const answer = async (init?: RequestInit) => {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
};

test("GET answers the host's name as it is now, and starts nothing", async () => {
  expect(await answer()).toEqual({ status: 200, body: "ip-10-0-11-20.ec2.internal" });
  name = "ip-10-0-12-30.ec2.internal";
  expect(await answer()).toEqual({ status: 200, body: "ip-10-0-12-30.ec2.internal" });
  expect(stress).not.toHaveBeenCalled();
});

describe("POST", () => {
  test.each<[string, RequestInit]>([
    ["without a body", {}],
    ["with a body that nobody asked for", { body: "whatever" }],
    ["with one of a kilobyte", { body: "x".repeat(1024) }],
  ])("%s starts the load", async (_case, init) => {
    expect(await answer({ method: "POST", ...init })).toEqual({ status: 200, body: { status: "success" } });
    expect(stress).toHaveBeenCalledTimes(1);
  });

  test.each<[string, number, RequestInit]>([
    ["of more than a kilobyte", 413, { body: "x".repeat(1025) }],
    ["that is compressed", 415, { body: "x", headers: { "Content-Encoding": "gzip" } }],
  ])("with a body %s is %i, and starts nothing", async (_case, status, init) => {
    expect(await answer({ method: "POST", ...init })).toEqual({
      status,
      body: { error: expect.any(String) as unknown },
    });
    expect(stress).not.toHaveBeenCalled();
  });

  test("that fails to start a load is 500, and the log has the cause", async () => {
    stress.mockImplementation(() => {
      throw new Error("no more threads");
    });
    expect(await answer({ method: "POST" })).toEqual({ status: 500, body: { error: "internal error" } });
    expect(lines.splice(0)).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: "no more threads" }) as unknown }),
    ]);
  });
});
