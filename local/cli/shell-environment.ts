/** What a start leaves for other terminals: a file that bash and zsh source, so that commands can name what runs. */
import type { StackOutput } from "../pulumi/evaluate";

/** Its name in the region's folder. */
export const shellEnvironmentFile = "env";

export interface RunningRegion {
  /** The local Internet's. */
  internetUrl: string;
  /** AWS's name for the region. */
  regionName: string;
  /** Of its clock: how many times faster than AWS's. */
  speed: number;
}

/**
 * `proxy` is the local Internet, `awsMinute` how many seconds an AWS minute takes, and each stack output that is a text is
 * a variable of the same name. What is exported sends the AWS CLI and SDKs to the region, whatever the terminal's own
 * settings are. AWS CLI 2 would show long answers in a pager, which takes the lines pasted after the command for its own.
 */
export function shellEnvironment(
  { internetUrl, regionName, speed }: RunningRegion,
  outputs: Record<string, StackOutput> = {},
): string {
  const texts = Object.entries(outputs).flatMap(([name, output]) =>
    !output.secret && typeof output.value === "string" ? [`${name}=${quoted(output.value)}`] : [],
  );
  return [
    `proxy=${internetUrl}`,
    `awsMinute=${60 / speed}`,
    "unset AWS_PROFILE AWS_SESSION_TOKEN",
    `export AWS_ENDPOINT_URL=${internetUrl} AWS_REGION=${regionName} AWS_DEFAULT_REGION=${regionName}`,
    "export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_PAGER=",
    ...texts,
    "",
  ].join("\n");
}

/** @returns undefined if the text isn't what `shellEnvironment` writes */
export function readShellEnvironment(text: string): RunningRegion | undefined {
  const value = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(text)?.[1];
  const [internetUrl, regionName, minute] = [value("proxy"), value("AWS_REGION"), value("awsMinute")];
  if (internetUrl === undefined || regionName === undefined || minute === undefined) return undefined;
  return { internetUrl, regionName, speed: 60 / Number(minute) };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
