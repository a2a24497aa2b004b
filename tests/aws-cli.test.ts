/** The tutorial's own commands, verbatim, in the AWS CLI. */
import { awsCliVersion, shell } from "./aws-cli";
import { describeWith } from "../testing/programs";
import { startTestRegion, type TestRegion } from "../testing/region";

describeWith({ aws: "python3 -m pip install awscli" }, "every command of the tutorial", commands);

function commands() {
  let running: TestRegion;
  beforeAll(async () => {
    expect(awsCliVersion()).toMatch(/^aws-cli\/1\./);
    running = await startTestRegion();
  });

  /** The output of a command, which must succeed. */
  async function aws(script: string): Promise<string> {
    const { code, stdout, stderr } = await shell(running.internet, running.folder, script);
    if (code !== 0) throw new Error(`exit code ${code} of ${script}\n${stdout}${stderr}`);
    return stdout.trim();
  }
  async function refusal(script: string): Promise<{ code: number | null; text: string }> {
    const { code, stderr } = await shell(running.internet, running.folder, script);
    return { code, text: stderr.trim() };
  }

  const groupName = () => running.output("autoScalingGroupName");
  const subnetOf = (host: string) =>
    running.region.ec2.interfaces.get(running.host(host).options.interfaceId).subnetId;
  const vpcWhere = (isDefault: boolean) =>
    [...running.region.ec2.vpc.vpcs.values()].find(each => each.isDefault === isDefault)?.id ?? "";
  const vpcId = () => vpcWhere(false);
  const id = /^i-0[0-9a-f]{16}$/;

  test("step 0: who am I", async () => {
    expect(JSON.parse(await aws("aws sts get-caller-identity"))).toMatchObject({ Account: "123456789012" });
  });

  test("part 1: details of an instance", async () => {
    const { instanceId, publicIp } = running.addresses("data");
    const address = await aws(`aws ec2 describe-instances \\
  --instance-id ${instanceId} \\
  --query "Reservations[0].Instances[0].PublicIpAddress" \\
  --output json`);
    expect(JSON.parse(address)).toBe(publicIp);
  });

  test("part 1: the default VPC, which the stack leaves alone, and the stack's own", async () => {
    const all = await aws("aws ec2 describe-vpcs --filters Name=isDefault,Values=true");
    expect(JSON.parse(all)).toMatchObject({ Vpcs: [{ VpcId: vpcWhere(true), CidrBlock: "172.31.0.0/16" }] });
    const byDefault = await aws(`aws ec2 describe-vpcs \\
--filters Name=isDefault,Values=true \\
--query "Vpcs[0].VpcId"`);
    expect(JSON.parse(byDefault)).toBe(vpcWhere(true));
    const own = await aws(
      'aws ec2 describe-vpcs --filters Name=isDefault,Values=false --query "Vpcs[].VpcId" --output text',
    );
    expect(own).toBe(vpcId());
  });

  test("part 1: subnets and a subnet's range", async () => {
    const all = await aws(`aws ec2 describe-subnets --filters Name=vpc-id,Values=${vpcId()}`);
    expect((JSON.parse(all) as { Subnets: unknown[] }).Subnets).toHaveLength(4);
    const cidrBlock = await aws(`aws ec2 describe-subnets \\
--filters Name=subnet-id,Values=${subnetOf("receiver-1")} \\
--query "Subnets[0].CidrBlock"`);
    expect(cidrBlock).toBe('"10.0.2.0/24"');
  });

  test("part 1: a security group's id by its name", async () => {
    const groups = [...running.region.ec2.vpc.securityGroups.values()];
    const group = groups.find(({ vpcId: of, groupName }) => of === vpcId() && groupName !== "default");
    const found = await aws(`aws ec2 describe-security-groups \\
  --filters Name=group-name,Values=${group?.groupName ?? ""} \\
  --query "SecurityGroups[].GroupId" \\
  --output text`);
    expect(found).toBe(group?.id);
  });

  test("part 1: the network ACL of the data subnet, and its entries", async () => {
    const subnet = subnetOf("data");
    const association = await aws(`aws ec2 describe-network-acls \\
--filters "Name=association.subnet-id,Values=${subnet}" \\
--query "NetworkAcls[].Associations[?SubnetId=='${subnet}'].NetworkAclAssociationId" \\
--output text`);
    expect(association).toMatch(/^aclassoc-[0-9a-f]{17}$/);
    const entries = await aws(`aws ec2 describe-network-acls \\
--network-acl-ids ${running.output("dataNetworkAclId")} \\
--query "NetworkAcls[0].Entries"`);
    const numbers = (JSON.parse(entries) as { RuleNumber: number }[]).map(({ RuleNumber }) => RuleNumber);
    expect(numbers).toEqual([100, 32767, 100, 200, 300, 32767]);
  });

  test("part 1: an instance's network interface", async () => {
    const { instanceId } = running.addresses("data");
    const found = await aws(`aws ec2 describe-instances \\
--instance-ids ${instanceId} \\
--query "Reservations[].Instances[].NetworkInterfaces[].NetworkInterfaceId" \\
--output text`);
    expect(found).toBe(running.host("data").options.interfaceId);
  });

  test.each(["receiverLoadBalancerDns", "fleetLoadBalancerDns"])(
    "parts 1 and 2: a load balancer's DNS name is %s",
    async output => {
      const dnsName = running.output(output);
      const name = await aws(
        `aws elbv2 describe-load-balancers --query "LoadBalancers[?DNSName=='${dnsName}'].LoadBalancerName" --output text`,
      );
      const found = await aws(`aws elbv2 describe-load-balancers \\
--name ${name} \\
--query "LoadBalancers[0].DNSName"`);
      expect(JSON.parse(found)).toBe(dnsName);
    },
  );

  test("part 2: instance ids and their public addresses, as a table", async () => {
    const table = await aws(`aws ec2 describe-instances \\
  --instance-ids $(aws autoscaling describe-auto-scaling-groups \\
    --auto-scaling-group-names ${groupName()} \\
    --query "AutoScalingGroups[0].Instances[].InstanceId" \\
    --output text) \\
  --query "Reservations[].Instances[].{ID:InstanceId,PublicIP:PublicIpAddress}" \\
  --output table`);
    const lines = table.split("\n").map(line => line.split("|").map(cell => cell.trim()));
    expect(table).toMatch(/^-+\n\| +DescribeInstances +\|\n/);
    expect(lines.filter(([, cell = ""]) => id.test(cell))).toEqual([
      ["", expect.stringMatching(id), expect.stringMatching(/^203\.0\.113\.\d+$/), ""],
    ]);
  });

  test("part 2: requests in turn to the fleet", async () => {
    const answers = await aws(`for i in {1..10}; do
  curl -sS -x $AWS_ENDPOINT_URL -X POST http://${running.output("fleetLoadBalancerDns")} \\
    -H 'content-type: application/json'; echo
done`);
    expect(answers.split("\n")).toEqual(Array(10).fill('{"status":"success"}'));
  });

  test("every other action, in every output format", async () => {
    const group = `--auto-scaling-group-name ${groupName()}`;
    const arns = await aws(
      'aws elbv2 describe-target-groups --query "TargetGroups[].TargetGroupArn" --output text',
    );
    const [targetGroup = ""] = arns.split(/\s+/);
    const commands: [form: string, command: string][] = [
      ["text", "ec2 describe-instances"],
      ["table", "elbv2 describe-load-balancers"],
      ["json", "elbv2 describe-target-groups"],
      ["text", `elbv2 describe-target-health --target-group-arn ${targetGroup}`],
      ["table", "autoscaling describe-auto-scaling-groups"],
      ["text", `autoscaling describe-scaling-activities ${group}`],
      ["json", `autoscaling describe-policies ${group}`],
    ];
    for (const [form, command] of commands) {
      expect(await aws(`aws ${command} --output ${form}`)).toMatch(/arn:aws:|TARGETHEALTH/);
    }
    const ids = "--query 'Reservations[].Instances[].InstanceId' --output json";
    const all = JSON.parse(await aws(`aws ec2 describe-instances ${ids}`)) as string[];
    expect(all.length).toBeGreaterThan(4);
    expect(JSON.parse(await aws(`aws ec2 describe-instances --page-size 5 ${ids}`))).toEqual(all);
  });

  test("CPU of the last hour, queried as on AWS", async () => {
    const [instanceId = ""] = (
      await aws(
        `aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names ${groupName()} ` +
          '--query "AutoScalingGroups[0].Instances[].InstanceId" --output text',
      )
    ).split(/\s+/);
    const points = await aws(`aws cloudwatch get-metric-statistics \\
  --namespace AWS/EC2 --metric-name CPUUtilization \\
  --dimensions Name=InstanceId,Value=${instanceId} \\
  --start-time $(date -u -d '-1 hour' +%Y-%m-%dT%H:%M:%SZ) --end-time $(date -u +%Y-%m-%dT%H:%M:%SZ) \\
  --period 60 --statistics Average \\
  --query 'Datapoints[].Average' --output json`);
    const values = JSON.parse(points) as number[];
    expect(values.length).toBeGreaterThan(0);
    expect(values.every(value => value > 0 && value <= 100)).toBe(true);
  });

  test("a change, and changes that are refused", async () => {
    const group = `--auto-scaling-group-name ${groupName()}`;
    expect(
      await aws(`aws autoscaling set-desired-capacity ${group} --desired-capacity 1 --honor-cooldown`),
    ).toBe("");
    const at = "An error occurred";
    expect(await refusal(`aws autoscaling set-desired-capacity ${group} --desired-capacity 4`)).toMatchObject(
      {
        text: expect.stringContaining(
          `${at} (ValidationError) when calling the SetDesiredCapacity operation: ` +
            "New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup.",
        ) as unknown,
      },
    );
    expect(await refusal("aws elbv2 describe-load-balancers --name nobody")).toMatchObject({
      text: expect.stringContaining(
        `${at} (LoadBalancerNotFound) when calling the DescribeLoadBalancers operation: Load balancers '[nobody]' not found`,
      ) as unknown,
    });
    expect(await refusal("aws sts get-caller-identity --no-sign-request")).toMatchObject({
      text: expect.stringContaining(`${at} (MissingAuthenticationToken)`) as unknown,
    });
    const { code, text } = await refusal(
      "aws cloudwatch get-metric-statistics --namespace a --metric-name b --period 61 --statistics Average " +
        "--start-time 2026-11-22T20:00:00Z --end-time 2026-11-22T21:00:00Z",
    );
    expect(text).toContain(
      `${at} (InvalidParameterValue) when calling the GetMetricStatistics operation: The parameter Period must be`,
    );
    expect(code).not.toBe(0);
  });
}
