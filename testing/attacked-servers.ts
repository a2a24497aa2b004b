/** Each server of the program as a process or a region of its own, under requests that fast-check makes up. */
import * as fc from "fast-check";
import { join } from "node:path";
import { realClock } from "../local/clock";
import { startEmptyRegion } from "../local/start";
import { onCleanUp } from "./clean-up";
import { answerTo } from "./client";
import { temporaryFolder } from "./folders";
import { awsTraffic, serviceTraffic, updateBody } from "./generated-requests";
import { faultIn, sendRaw, type Promised } from "./raw-traffic";
import { keepAliveAgent, listenHttp } from "./servers";
import { bundle, startService } from "./services";

export interface Attacked {
  port: number;
  traffic: fc.Arbitrary<string>;
  promised: Promised;
  /** Throws unless the server is alive, and answers what it should. */
  check: () => Promise<void>;
}

const json = /^application\/json/;
const portOf = (url = "") => Number(new URL(url).port);

async function dataAccess(socket: "read" | "update"): Promise<Attacked> {
  const STATE_DIRECTORY = temporaryFolder();
  const service = startService("data-access", await bundle("data-access"), {
    STATE_DIRECTORY,
    LOG_LEVEL: "fatal",
  });
  const { read = "", update = "" } = await service.urls;
  const agent = keepAliveAgent();
  const check = async () => {
    const { status, json: now } = await answerTo(read, { agent });
    // Updates may still be under way when their connections are gone: which seed is right, attackUpdates judges.
    const isPossible = socket === "update" ? Number.isSafeInteger(now) : now === 0;
    if (status !== 200 || !isPossible) throw new Error(`GET / answers ${status}, ${JSON.stringify(now)}`);
  };
  return {
    port: portOf(socket === "read" ? read : update),
    traffic: serviceTraffic,
    promised: { contentType: json },
    check,
  };
}

async function receiver(): Promise<Attacked> {
  const { url: data } = await listenHttp((request, response) =>
    response
      .setHeader("Content-Type", "application/json")
      .end(request.method === "POST" ? '{"num":1,"status":"ok"}' : "42"),
  );
  // Without a role it can't sign, and asks nobody.
  const { url: imds } = await listenHttp((request, response) => {
    const answers: Record<string, string> = {
      "/latest/api/token": "token",
      "/latest/meta-data/public-ipv4": "203.0.113.7",
    };
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  const service = startService("receiver", await bundle("receiver"), {
    DATA_READ_URL: data,
    DATA_UPDATE_URL: data,
    NETWORK_ACL_ID: "acl-0123",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    LOG_LEVEL: "silent",
  });
  const { http = "" } = await service.urls;
  const agent = keepAliveAgent();
  return {
    port: portOf(http),
    traffic: serviceTraffic,
    promised: { contentType: json, allowed: head => head.startsWith("HTTP/1.1 502 ") },
    check: async () => {
      const { status, json: now } = await answerTo(http, { agent });
      if (status !== 200 || JSON.stringify(now) !== '{"seed":42,"server_ip_address":"203.0.113.7"}')
        throw new Error(`GET / answers ${status}, ${JSON.stringify(now)}`);
    },
  };
}

async function stress(): Promise<Attacked> {
  const service = startService("stress", await bundle("stress"), {
    HOST_NAME: "host",
    STRESS_SECONDS: "0.001",
    STRESS_WORKERS: "1",
    LOG_LEVEL: "fatal",
  });
  const { http = "" } = await service.urls;
  const agent = keepAliveAgent();
  return {
    port: portOf(http),
    traffic: serviceTraffic,
    promised: { contentType: json },
    check: async () => {
      const { status, json: now } = await answerTo(http, { agent });
      if (status !== 200 || now !== "host")
        throw new Error(`GET / answers ${status}, ${JSON.stringify(now)}`);
    },
  };
}

async function awsEndpoint(): Promise<Attacked> {
  const unexpected: string[] = [];
  const region = await startEmptyRegion({
    name: "us-east-1",
    folder: join(temporaryFolder(), ".local"),
    clock: realClock(60),
    operatorAddress: "198.51.100.10",
    port: 0,
    sshPort: 0,
    report: event => {
      if (event.includes("unexpectedly")) unexpected.push(event);
    },
  });
  onCleanUp(() => region.close());
  const { internetUrl } = region;
  const agent = keepAliveAgent();
  return {
    port: portOf(internetUrl),
    traffic: awsTraffic,
    // As a proxy it says so when a host isn't there (RFC 9209).
    promised: {
      contentType: /^(text\/plain|text\/xml|application\/)/,
      allowed: head => /\r\nProxy-Status:/i.test(head),
    },
    check: async () => {
      const { status } = await answerTo(internetUrl, { agent });
      if (status !== 200) throw new Error(`GET / answers ${status}`);
      if (unexpected.length > 0) throw new Error(unexpected.splice(0).join("\n"));
    },
  };
}

export const attackedServers: Record<string, () => Promise<Attacked>> = {
  "data-access, read": () => dataAccess("read"),
  "data-access, update": () => dataAccess("update"),
  receiver,
  stress,
  "AWS's API": awsEndpoint,
};

/** @throws with the smallest traffic that it found to break a promise */
export async function attack(
  { port, traffic, promised, check }: Attacked,
  seed: number,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(traffic, async sent => {
      const fault = faultIn(await sendRaw(port, sent), promised);
      if (fault !== undefined) throw new Error(fault);
      await check();
    }),
    { seed, numRuns, interruptAfterTimeLimit: 3_600_000, markInterruptAsFailure: true },
  );
}

/** Bodies of JSON to data-access: exactly the right ones are updates, and the others change nothing. */
export async function attackUpdates(seed: number, numRuns: number): Promise<void> {
  const service = startService("data-access", await bundle("data-access"), {
    STATE_DIRECTORY: temporaryFolder(),
    LOG_LEVEL: "fatal",
  });
  const { read = "", update = "" } = await service.urls;
  const agent = keepAliveAgent();
  let value = 0;
  await fc.assert(
    fc.asyncProperty(updateBody, async ({ body, num }) => {
      const headers = { "content-type": "application/json" };
      const { status, json: answer } = await answerTo(update, { method: "POST", body, headers, agent });
      if (num !== undefined) value = num;
      const isRight =
        num === undefined
          ? status >= 400 && status < 500 && typeof (answer as { error?: unknown }).error === "string"
          : status === 200 && JSON.stringify(answer) === JSON.stringify({ num, status: "ok" });
      const { json: now } = await answerTo(read, { agent });
      if (!isRight || JSON.stringify(now) !== JSON.stringify(value))
        throw new Error(
          `answered ${status}, ${JSON.stringify(answer)}; GET / answers ${JSON.stringify(now)}`,
        );
    }),
    { seed, numRuns },
  );
}
