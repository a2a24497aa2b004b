import { isIPv4 } from "node:net";
import { parseArgs } from "node:util";
import { publicRange } from "../identifiers";
import { contains } from "../network/ipv4";
import { attempt, errorOf } from "./problems";
import { wholeNumber } from "./whole-number";

/** `start` runs the program in a region, `region` an empty one. */
export type CommandName = "start" | "region";

export interface Options {
  help: boolean;
  stack: string;
  config: Record<string, string>;
  port?: number;
  sshPort?: number;
  speed: number;
  operatorAddress: string;
  without: string[];
  /** Files for the load balancers' HTTPS. */
  certificate?: { certificate: string; privateKey: string };
  /** Ship changed sources. */
  watch: boolean;
  /** The AWS region of an empty one; the program's stack names its own. */
  region: string;
}

export const help: Record<CommandName, string> = {
  region: `Runs an empty local region, as a new AWS account has it: AWS's API on this
machine, for the AWS CLI, SDKs, Terraform and the AWS provider. Ctrl-C stops it
and leaves no process behind.

Usage: npm run region -- [options]

  --region NAME            the AWS region that it serves (default: us-east-1)
  --port PORT              the port on 127.0.0.1 for the AWS API and the local
                           Internet (default: 4000)
  --ssh-port PORT          the port on 127.0.0.1 for SSH to the hosts
                           (default: 4022)
  --speed N                how many times faster than AWS the region's clock
                           runs, 1 to 600 (default: 60, one AWS minute per
                           second); scales check intervals and delays, never a
                           timeout
  --operator-address IP    your address on the Internet, for security groups
                           (default: 198.51.100.10)
  --help                   show this text
`,
  start: `Runs this project's program in a local region: its hosts are processes on this
machine, and its network applies the rules that AWS would. Ctrl-C stops it and
leaves no process behind.

Usage: npm start -- [options]

  --stack NAME             the stack whose Pulumi.NAME.yaml is used
                           (default: dev)
  --config KEY=VALUE       override one of the stack's configuration values;
                           may be repeated
  --port PORT              the port on 127.0.0.1 for the local Internet and the
                           AWS API (default: 4000, or a free one)
  --ssh-port PORT          the port on 127.0.0.1 for SSH to the hosts
                           (default: 4022, or a free one)
  --speed N                how many times faster than AWS the region's clock
                           runs, 1 to 600 (default: 60, one AWS minute per
                           second); scales check intervals and delays, never a
                           timeout
  --operator-address IP    your address on the Internet; sshCidr must allow it
                           (default: 198.51.100.10)
  --without KIND:NAME      leave out a resource to see what breaks; may be
                           repeated (for example
                           NetworkAclRule:data-ingress-update)
  --certificate FILE       serve HTTPS with this certificate, in PEM, and then
                           those that certify it: it is imported to ACM, and
                           the stack's certificateArn
  --private-key FILE       its private key
  --watch                  ship what changes under apps/ to its hosts, and roll
                           the fleet, as \`pulumi up\` would
  --help                   show this text
`,
};

const common = {
  help: { type: "boolean", short: "h", default: false },
  port: { type: "string" },
  "ssh-port": { type: "string" },
  speed: { type: "string", default: "60" },
  "operator-address": { type: "string", default: "198.51.100.10" },
} as const;

const own = {
  region: { region: { type: "string" } },
  start: {
    stack: { type: "string" },
    config: { type: "string", multiple: true },
    without: { type: "string", multiple: true },
    certificate: { type: "string" },
    "private-key": { type: "string" },
    watch: { type: "boolean" },
  },
} as const;

interface Values {
  help: boolean;
  port?: string;
  "ssh-port"?: string;
  speed: string;
  "operator-address": string;
  region?: string;
  stack?: string;
  config?: string[];
  without?: string[];
  certificate?: string;
  "private-key"?: string;
  watch?: boolean;
}

/** @throws an error whose message is meant for the user */
export function parseOptions(command: CommandName, args: string[]): Options {
  // parseArgs() can't type options that differ by command.
  const values = parseArgs({ args, options: { ...common, ...own[command] } }).values as Values;
  const problems: string[] = [];
  const check = <Result>(read: () => Result) => attempt(problems, read);
  const port = check(() => portOf("--port", values.port));
  const sshPort = check(() => portOf("--ssh-port", values["ssh-port"]));
  const speed = check(() => wholeNumber("--speed", values.speed, 1, 600));
  const operatorAddress = check(() => internetAddress(values["operator-address"]));
  const region = check(() => regionName(values.region ?? "us-east-1"));
  const config = (values.config ?? []).flatMap(text => check(() => [keyAndValue(text)]) ?? []);
  const certificate = check(() => certificateFiles(values.certificate, values["private-key"]));
  const without = (values.without ?? []).flatMap(text => check(() => kindAndName(text)) ?? []);
  if (speed === undefined || operatorAddress === undefined || region === undefined || problems.length > 0)
    throw errorOf(problems);
  return {
    help: values.help,
    region,
    stack: values.stack ?? "dev",
    config: Object.fromEntries(config),
    port,
    sshPort,
    speed,
    operatorAddress,
    without,
    ...(certificate && { certificate }),
    watch: values.watch ?? false,
  };
}

function internetAddress(text: string): string {
  if (!isIPv4(text))
    throw new Error(`--operator-address must be an IPv4 address, not ${JSON.stringify(text)}`);
  if (contains(publicRange, text))
    throw new Error(
      `--operator-address must be outside ${publicRange}, which the region assigns from, not ${text}`,
    );
  return text;
}

function regionName(text: string): string {
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text)) return text;
  throw new Error(`--region takes the name of an AWS region, such as us-east-1, not ${JSON.stringify(text)}`);
}

export function keyAndValue(text: string): [string, string] {
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

function certificateFiles(certificate: string | undefined, privateKey: string | undefined) {
  if (certificate === undefined && privateKey === undefined) return undefined;
  if (certificate !== undefined && privateKey !== undefined) return { certificate, privateKey };
  throw new Error("--certificate and --private-key go together");
}

function portOf(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(option, text, 1, 65535);
}
