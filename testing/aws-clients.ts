/** AWS's own clients, changed in nothing but the endpoint, with made-up credentials. */
import { ACM } from "@aws-sdk/client-acm";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";
import { onCleanUp } from "./clean-up";

export function clientsOf(endpoint: string) {
  const options = {
    endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  };
  const clients = {
    acm: new ACM(options),
    ec2: new EC2(options),
    elbv2: new ElasticLoadBalancingV2(options),
    autoScaling: new AutoScaling(options),
    cloudWatch: new CloudWatch(options),
    ssm: new SSM(options),
    sts: new STS(options),
  };
  onCleanUp(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}

export type Clients = ReturnType<typeof clientsOf>;
