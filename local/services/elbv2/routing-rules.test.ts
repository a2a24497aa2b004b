import { requestTargetOf, ruleFor, type Condition } from "./routing-rules";

const path = (...values: string[]): Condition => ({ field: "path-pattern", values });
const host = (...values: string[]): Condition => ({ field: "host-header", values });

const rules = [
  { conditions: [path("/api/*", "/v?"), host("*.Example.com")], action: "both" },
  { conditions: [path("/api/*")], action: "path" },
  { conditions: [host("shop.example.com")], action: "host" },
  { conditions: [], action: "default" },
];

test.each([
  ["www.example.com", "/api/x", "both"],
  ["WWW.EXAMPLE.COM:80", "/v2", "both"],
  ["www.example.org", "/api/x?y=/v2", "path"],
  ["shop.example.com", "/API/x", "host"],
  ["www.example.org", "/v2?/api/", "default"],
  ["www.example.org", "http://shop.example.com/api/x", "path"],
])("a request to %s for %s meets the rule %s", (host, url, action) => {
  expect(ruleFor(rules, requestTargetOf(url, host))?.action).toBe(action);
});

test("a request's parts", () => {
  expect(requestTargetOf("/a?b=c?d", "Example.com:8080")).toEqual({
    host: "Example.com",
    path: "/a",
    query: "b=c?d",
  });
});
