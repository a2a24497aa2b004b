import http from "node:http";
import type { Address, Router } from "../../network/router";
import type { CheckResult } from "./target-health";

export interface Check {
  to: Address;
  path: string;
  /** Real milliseconds for the whole check. */
  timeoutMs: number;
  matches: (code: number) => boolean;
  /** Aborts the check; its result is then meaningless. */
  signal: AbortSignal;
}

/**
 * Runs one health check from one load balancer node, on a connection that is closed afterwards ("Health checks for
 * Application Load Balancer target groups").
 */
export function checkHealth(route: Router, check: Check): Promise<CheckResult> {
  return new Promise(resolve => {
    const connection = route(check.to, "health-check");
    const request =
      connection.outcome === "open"
        ? http.get({
            // Connects like the agent, but doesn't reuse its connections.
            createConnection: options => connection.agent.createConnection(options),
            host: connection.host,
            port: connection.port,
            path: check.path,
            headers: {
              Host: `${check.to.address}:${check.to.port}`,
              "User-Agent": "ELB-HealthChecker/2.0",
              "Accept-Encoding": "gzip, compressed",
            },
          })
        : undefined;
    const end = (result: CheckResult) => {
      clearTimeout(timer);
      check.signal.removeEventListener("abort", fail);
      request?.destroy();
      resolve(result);
    };
    const fail = () => end({ result: "failed" });
    const timer = setTimeout(() => end({ result: "timed-out" }), check.timeoutMs);
    check.signal.addEventListener("abort", fail, { once: true });

    if (connection.outcome === "refused") fail();
    request?.on("error", fail);
    // Neither response nor error: the target switched protocols unasked.
    request?.on("close", fail);
    request?.on("response", response => {
      const code = response.statusCode ?? 0;
      response.on("error", fail);
      response.on("end", () =>
        end(check.matches(code) ? { result: "passed" } : { result: "mismatched", code }),
      );
      response.resume();
    });
  });
}
