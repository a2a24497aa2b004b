/**
 * Waits for an Auto Scaling group's instance refresh, which the AWS provider starts and doesn't wait for. Reads a
 * RefreshWait as JSON from standard input; ends with 1 if the refresh fails or takes too long.
 */
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { AutoScalingClient, DescribeInstanceRefreshesCommand } from "@aws-sdk/client-auto-scaling";
import { fromIni, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { refreshState } from "./refresh";
import { refreshWaitSchema, type RefreshWait } from "./refresh-wait";

const pollSeconds = 5;

async function main(): Promise<void> {
  const wait = refreshWaitSchema.parse(JSON.parse(await text(process.stdin)));
  const { groupName, minutes } = wait;
  const client = new AutoScalingClient(clientSettings(wait));
  const deadline = Date.now() + minutes * 60_000;
  let shown = "";
  for (;;) {
    const { InstanceRefreshes: refreshes } = await client.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: groupName, MaxRecords: 1 }),
    );
    const { over, failed, message } = refreshState(refreshes?.[0]);
    if (failed) throw new Error(`${message}\n${remedy(groupName)}`);
    if (message !== shown) console.log(message);
    shown = message;
    if (over) return;
    if (Date.now() > deadline)
      throw new Error(
        `it still goes on after ${minutes} minutes (refreshMinutes); run \`pulumi up\` again to wait on`,
      );
    await delay(pollSeconds * 1000);
  }
}

const remedy = (groupName: string) =>
  `After the cause is mended: aws autoscaling start-instance-refresh --auto-scaling-group-name ${groupName}, then \`pulumi up\``;

/** The account and endpoint that the stack's AWS provider uses. */
function clientSettings({
  region,
  endpoint,
  profile,
  accessKey,
  secretKey,
  token,
  assumeRoles = [],
}: RefreshWait) {
  const own =
    accessKey !== undefined && secretKey !== undefined
      ? { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token }
      : profile === undefined
        ? undefined
        : fromIni({ profile });
  const credentials = assumeRoles.reduce<ReturnType<typeof fromTemporaryCredentials> | typeof own>(
    (masterCredentials, { roleArn, sessionName = "elastic-fleet", externalId }) =>
      fromTemporaryCredentials({
        masterCredentials,
        clientConfig: { region },
        params: { RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId },
      }),
    own,
  );
  return { region, endpoint, credentials };
}

main().catch((error: unknown) => {
  console.error(`waiting for the fleet's instance refresh: ${(error as Error).message}`);
  process.exit(1);
});
