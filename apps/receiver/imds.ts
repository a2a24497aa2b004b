/**
 * The instance metadata service, version 2 (EC2 User Guide, "Use the Instance Metadata Service"). Called directly,
 * because the SDK's MetadataService has no bound in time.
 */
import { isIPv4 } from "node:net";
import { ask as askHttp, type Question } from "./http-client";

/** The longest that IMDS allows. */
const tokenSeconds = 21_600;

/** Asks without a proxy: none leads to a link-local address. */
export function imds(endpoint: string) {
  let token: string | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (path: string, question: Question) => {
    return { path, ...(await askHttp(new URL(path, endpoint), question)) };
  };

  const newToken = async (signal: AbortSignal) => {
    const headers = { "X-aws-ec2-metadata-token-ttl-seconds": String(tokenSeconds) };
    return (token = textOf(await ask("/latest/api/token", { method: "PUT", headers, signal })));
  };

  const askAddress = (token: string, signal: AbortSignal) =>
    ask("/latest/meta-data/public-ipv4", { headers: { "X-aws-ec2-metadata-token": token }, signal });

  const publicAddress = async (signal: AbortSignal) => {
    let answer = await askAddress(token ?? (await newToken(signal)), signal);
    // The token has expired.
    if (answer.status === 401) answer = await askAddress(await newToken(signal), signal);
    const address = textOf(answer);
    if (!isIPv4(address)) throw new Error("the public address is not an IPv4 address");
    return address;
  };

  return {
    /** Requests at the same time share an answer: IMDS takes 1024 packets a second (the same guide, "Query throttling"). */
    publicAddress: (signal: AbortSignal): Promise<string> => {
      // A failure may be the other request's own, which has had less time left.
      if (asking) return asking.catch(() => publicAddress(signal));
      return (asking = publicAddress(signal).finally(() => (asking = undefined)));
    },
  };
}

function textOf({ path, status, text }: { path: string; status: number; text: string }): string {
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  return text.trim();
}
