import http from "node:http";
import type { Address, Router } from "../../network/router";
import type { CheckResult } from "./target-health";

export interface Check {
  to: Address;
  path: string;
  /** Real milliseconds for the whole check. */
  timeoutMs: number;
  matches: (code: number) => boolean;
  /** Ends the check early; its result is then of no use. */
  signal: AbortSignal;
}

/**
 * One health check from one load balancer node, on a connection of its own that is closed afterwards ("Health
 * checks for Application Load Balancer target groups").
 */
export function checkHealth(reachOf: Router, check: Check): Promise<CheckResult> {
  return new Promise(resolve => {
    const reach = reachOf(check.to);
    const request =
      reach.outcome === "open"
        ? http.get({
            // The agent's way to connect, but none of the connections that it keeps.
            createConnection: options => reach.agent.createConnection(options),
            host: reach.host,
            port: reach.port,
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
    const fail = () => {
      end({ result: "failed" });
    };
    const timer = setTimeout(() => {
      end({ result: "timed-out" });
    }, check.timeoutMs);
    check.signal.addEventListener("abort", fail, { once: true });

    if (reach.outcome === "refused") fail();
    request?.on("error", fail);
    // Without an answer or an error: the target switched protocols unasked.
    request?.on("close", fail);
    request?.on("response", response => {
      const code = response.statusCode ?? 0;
      response.on("error", fail);
      response.on("end", () => {
        end(check.matches(code) ? { result: "passed" } : { result: "mismatched", code });
      });
      response.resume();
    });
  });
}
