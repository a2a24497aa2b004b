/** AWS's own clients, changed in nothing but the endpoint, with made-up credentials. */
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { STSClient } from "@aws-sdk/client-sts";
import { onCleanUp } from "./clean-up";

export function clientsOf(endpoint: string) {
  const options = {
    endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  };
  const clients = {
    ec2: new EC2Client(options),
    elbv2: new ElasticLoadBalancingV2Client(options),
    autoScaling: new AutoScalingClient(options),
    cloudWatch: new CloudWatchClient(options),
    sts: new STSClient(options),
  };
  onCleanUp(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}

export type Clients = ReturnType<typeof clientsOf>;
