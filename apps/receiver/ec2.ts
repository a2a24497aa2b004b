import { DescribeNetworkAclsCommand, EC2Client, type NetworkAcl } from "@aws-sdk/client-ec2";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";

export function ec2(region: string, networkAclId: string) {
  const client = new EC2Client({
    region,
    // This host's role and nothing else: a developer's keys must never stand in for a missing instance profile.
    credentials: fromInstanceMetadata({ timeout: 600, maxRetries: 0 }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
  const command = new DescribeNetworkAclsCommand({ NetworkAclIds: [networkAclId] });

  return {
    async networkAcls(signal: AbortSignal): Promise<NetworkAcl[]> {
      const { NetworkAcls } = await client.send(command, { abortSignal: signal });
      if (!NetworkAcls) throw new Error("the answer holds no network ACLs");
      return NetworkAcls;
    },
  };
}
