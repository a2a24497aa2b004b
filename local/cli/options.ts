import { isIPv4 } from "node:net";
import { parseArgs } from "node:util";
import { publicRange } from "../identifiers";
import { contains } from "../network/ipv4";

export type Options = ReturnType<typeof parseOptions>;

export const help = `Runs this project's program in a local region: its hosts are processes on this machine, and its
network applies the rules that AWS would. Ctrl-C stops it and leaves no process behind.

Usage: npm start -- [options]

  --stack NAME             the stack whose Pulumi.NAME.yaml is used (default: dev)
  --config KEY=VALUE       override one of the stack's configuration values; may be repeated
  --port PORT              the port on 127.0.0.1 for the local Internet and the AWS API
                           (default: 4000, or a free one)
  --speed N                how many times faster than AWS the region's clock runs, 1 to 600 (default: 60,
                           one AWS minute per second); scales check intervals and delays, never a timeout
  --operator-address IP    your address on the Internet; sshCidr must allow it (default: 198.51.100.10)
  --without KIND:NAME      leave out a resource to see what breaks; may be repeated
                           (for example NetworkAclRule:data-ingress-update)
  --help                   show this text
`;

/** @throws an error whose message is meant for the user */
export function parseOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", short: "h", default: false },
      stack: { type: "string", default: "dev" },
      config: { type: "string", multiple: true, default: [] },
      port: { type: "string" },
      speed: { type: "string", default: "60" },
      "operator-address": { type: "string", default: "198.51.100.10" },
      without: { type: "string", multiple: true, default: [] },
    },
  });
  const operatorAddress = values["operator-address"];
  if (!isIPv4(operatorAddress))
    throw new Error(`--operator-address must be an IPv4 address, not ${JSON.stringify(operatorAddress)}`);
  if (contains(publicRange, operatorAddress))
    throw new Error(
      `--operator-address must be outside ${publicRange}, which the region assigns from, not ${operatorAddress}`,
    );
  return {
    help: values.help,
    stack: values.stack,
    config: Object.fromEntries(values.config.map(keyAndValue)),
    port: values.port === undefined ? undefined : wholeNumber("--port", values.port, 1, 65535),
    speed: wholeNumber("--speed", values.speed, 1, 600),
    operatorAddress,
    without: values.without.map(kindAndName),
  };
}

function keyAndValue(text: string): [string, string] {
  const separator = text.indexOf("=");
  if (separator < 1) throw new Error(`--config takes KEY=VALUE, not ${JSON.stringify(text)}`);
  return [text.slice(0, separator), text.slice(separator + 1)];
}

function kindAndName(text: string): string {
  if (/^\w+:[^:]+$/.test(text)) return text;
  throw new Error(
    `--without takes KIND:NAME, such as NetworkAclRule:data-ingress-update, not ${JSON.stringify(text)}`,
  );
}

function wholeNumber(option: string, text: string, smallest: number, largest: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < smallest || number > largest)
    throw new Error(
      `${option} must be a whole number from ${smallest} to ${largest}, not ${JSON.stringify(text)}`,
    );
  return number;
}
