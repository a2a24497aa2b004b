import { forwardedHeaders } from "./forwarded-headers";

const client = { address: "203.0.113.7" };
const listener = { protocol: "HTTP" as const, port: 80, dnsName: "lb.elb.test" };

test.each([
  ["the client's address if there was none", undefined, "203.0.113.7"],
  ["the client's address if it was empty", "", "203.0.113.7"],
  [
    "the client's address appended to those received",
    "10.1.2.3, 10.4.5.6",
    "10.1.2.3, 10.4.5.6, 203.0.113.7",
  ],
])("X-Forwarded-For is %s", (_name, received, expected) => {
  expect(forwardedHeaders({ "x-forwarded-for": received }, client, listener)["X-Forwarded-For"]).toBe(
    expected,
  );
});

test("protocol and port are the listener's, whatever the client claims", () => {
  const claimed = { "x-forwarded-proto": "https", "x-forwarded-port": "443" };
  expect(forwardedHeaders(claimed, client, listener)).toMatchObject({
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "80",
  });
});

test.each([
  ["the client's, in lower case", "API.Test:8080", "api.test:8080"],
  ["the load balancer's if the client sent none", undefined, "lb.elb.test"],
])("Host is %s", (_name, host, expected) => {
  expect(forwardedHeaders({ host }, client, listener).Host).toBe(expected);
});

const id = "1-[0-9a-f]{8}-[0-9a-f]{24}";

test.each([
  ["starts a trace if there was none", undefined, `^Root=${id}$`],
  [
    "adds itself to a trace",
    "Root=1-67891233-abcdef012345678912345678",
    `^Self=${id};Root=1-67891233-abcdef012345678912345678$`,
  ],
  [
    "replaces the previous load balancer",
    "Self=1-67891204-12456789abcdef012345678;Root=1-6-a",
    `^Self=${id};Root=1-6-a$`,
  ],
  [
    "keeps an application's own fields",
    "Root=1-6-a;CalledFrom=app",
    `^Self=${id};Root=1-6-a;CalledFrom=app$`,
  ],
  [
    "starts a trace if there were only an application's fields",
    "CalledFrom=app",
    `^Root=${id};CalledFrom=app$`,
  ],
])("X-Amzn-Trace-Id %s", (_name, received, expected) => {
  const trace = forwardedHeaders({ "x-amzn-trace-id": received }, client, listener)["X-Amzn-Trace-Id"];
  expect(trace).toMatch(new RegExp(expected));
});

test("trace ids are unique and contain the time", () => {
  const traces = Array.from({ length: 100 }, () => forwardedHeaders({}, client, listener)["X-Amzn-Trace-Id"]);
  expect(new Set(traces).size).toBe(100);
  const seconds = parseInt(traces[0]?.split("-")[1] ?? "", 16);
  expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5);
});

test("an HTTPS listener's protocol and port", () => {
  expect(forwardedHeaders({}, client, { ...listener, protocol: "HTTPS", port: 443 })).toMatchObject({
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "443",
  });
});
