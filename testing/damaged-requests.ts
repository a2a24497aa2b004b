/** Requests that no client of AWS sends: valid ones with one thing broken. */
import http from "node:http";
import { buffer } from "node:stream/consumers";
import { Random } from "./random";

/** As the SDK's clients make it. */
export interface SignedRequest {
  hostname: string;
  port?: number;
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

export interface DamagedRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Ends the connection after this many bytes of the body. */
  hangsUpAfter?: number;
}

export type Answer = { status: number; contentType: string; body: string } | "silent" | "hung up" | Error;

type Damage = (request: DamagedRequest, random: Random) => void;

/** In bytes; Node's servers refuse larger heads by themselves. */
const largestQuery = 4096;

const setBody = (request: DamagedRequest, body: string | Buffer) => {
  request.body = Buffer.from(body);
};

const damages: Record<string, Damage> = {
  "a truncated body": (request, random) =>
    setBody(request, request.body.subarray(0, random.below(request.body.length + 1))),
  "flipped bits": (request, random) => {
    const body = Buffer.from(request.body);
    for (let flips = 0; flips < 3 && body.length > 0; flips++)
      body[random.below(body.length)] = random.below(256);
    setBody(request, body);
  },
  "no body": request => setBody(request, ""),
  "a body too large": request => setBody(request, "A".repeat(3_000_000)),
  "a body said to be gzip": request => {
    request.headers["content-encoding"] = "gzip";
  },
  "an unknown action": request => {
    const body = request.body.toString("latin1").replace(/Action=\w+/, "Action=__proto__");
    setBody(request, Buffer.from(body, "latin1"));
    request.url = request.url.replace(/operation\/\w+/, "operation/constructor");
    if (request.headers["x-amz-target"] !== undefined) request.headers["x-amz-target"] = "Nope.toString";
  },
  "its body as a query": request => {
    if (request.body.length > largestQuery) return;
    request.method = "GET";
    request.url += `?${encodeURI(request.body.toString("latin1"))}`;
    setBody(request, "");
  },
  "wild parameters": (request, random) =>
    setBody(
      request,
      `${request.body.toString("latin1")}&${random.of([
        "Filter.999999999.Name=vpc-id",
        "Filter.1.Value.0=x&Filter.01.Name=x",
        "__proto__.x=1",
        "constructor=1&a.b.c.d.e=",
        "%zz=%",
        `${"a.".repeat(5000)}=1`,
        "&&==&",
      ])}`,
    ),
  "a JSON protocol": (request, random) => {
    request.headers["content-type"] = random.of(["application/x-amz-json-1.0", "application/x-amz-json-1.1"]);
    request.headers["x-amz-target"] = "AmazonSSM.GetParameter";
    setBody(
      request,
      random.of(["{", "[]", "null", '{"Name":{"a":1}}', '{"__proto__":{"x":1}}', "[".repeat(20_000)]),
    );
  },
  "the CBOR protocol": (request, random) => {
    request.headers["smithy-protocol"] = "rpc-v2-cbor";
    request.headers["content-type"] = "application/cbor";
    const nested = Buffer.alloc(20_000, 0x81);
    setBody(
      request,
      random.of([request.body, Buffer.from([0xbf]), Buffer.from([0x5b, 255, 255, 255, 255]), nested]),
    );
  },
  "another service's signature": (request, random) => {
    const scope = random.of(["ec2", "iam", "monitoring", "autoscaling", "s3", "lambda", "__proto__"]);
    request.headers["authorization"] = (request.headers["authorization"] ?? "").replace(
      /\/\w+\/aws4_request/,
      `/${scope}/aws4_request`,
    );
  },
  "no signature": request => {
    delete request.headers["authorization"];
  },
  "a path of its own": (request, random) => {
    request.url += random.of(["service/", "%", "service/x/operation/y", "..//"]);
  },
  "an end in its middle": (request, random) => {
    request.hangsUpAfter = random.below(request.body.length + 1);
  },
};

/** @returns the damaged request, and what is wrong with it, in words */
export function damage(signed: SignedRequest, seed: number): { kind: string; request: DamagedRequest } {
  const random = new Random(seed);
  const { body = "" } = signed;
  const request: DamagedRequest = {
    url: `http://${signed.hostname}:${signed.port ?? 80}${signed.path}`,
    method: signed.method,
    headers: { ...signed.headers },
    body: Buffer.from(typeof body === "string" ? body : new Uint8Array(body)),
  };
  const kind = random.of(Object.keys(damages));
  damages[kind]?.(request, random);
  return { kind, request };
}

/** @param patience in ms without an answer that count as silence */
export function send(request: DamagedRequest, patience: number): Promise<Answer> {
  const { url, method, body, hangsUpAfter } = request;
  const headers = { ...request.headers, "content-length": String(body.length) };
  return new Promise(resolve => {
    const sent = http.request(url, { method, headers, agent: false, timeout: patience });
    sent.on("timeout", () => {
      resolve("silent");
      sent.destroy();
    });
    sent.on("error", resolve);
    sent.on("response", response => {
      const { statusCode: status = 0, headers } = response;
      buffer(response).then(
        bytes =>
          resolve({ status, contentType: headers["content-type"] ?? "", body: bytes.toString("latin1") }),
        resolve,
      );
    });
    if (hangsUpAfter === undefined) sent.end(body);
    else
      sent.write(body.subarray(0, hangsUpAfter), () => {
        resolve("hung up");
        sent.destroy();
      });
  });
}

/** Whether the answer is a success, or an error in the shape of one of AWS's protocols. */
export function isPromised(answer: Answer): boolean {
  if (answer === "hung up") return true;
  if (answer === "silent" || answer instanceof Error) return false;
  const { status, contentType, body } = answer;
  if (status === 200) return true;
  if (status < 400 || status >= 500) return false;
  if (contentType.includes("xml")) return body.includes("<Code>") && body.includes("<Message>");
  return /json|cbor/.test(contentType) && body.includes("__type");
}
