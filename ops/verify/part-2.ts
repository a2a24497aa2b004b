/** The tutorial's part 2, the Auto Scaling group: what a user checks by hand, short of the load (`npm run load`). */
import { ports } from "../../apps/ports";
import { expectEqual, expectMatch, type Check, type Subject } from "./subject";

/** The fleet's instances in service. */
async function inService(subject: Subject): Promise<string[]> {
  const { Instances = [] } = await subject.group();
  const serving = Instances.filter(({ LifecycleState }) => LifecycleState === "InService");
  if (serving.length === 0) throw new Error("no instance of the group is in service");
  return serving.map(({ InstanceId = "" }) => InstanceId);
}

const checks: Check[] = [
  {
    step: "1. Write a Python script, set it up as in part 1",
    title: "the stress host takes the stack's key",
    run: subject => subject.expectSsh(subject.host("stress")),
  },
  {
    step: "3.1 Create a load balancer",
    title: "it faces the Internet, in two zones",
    run: async subject => {
      const { Scheme, AvailabilityZones = [] } = await subject.loadBalancer(
        subject.outputs.fleetLoadBalancerDns,
      );
      expectEqual(
        "its scheme and number of zones",
        [Scheme, AvailabilityZones.length],
        ["internet-facing", 2],
      );
    },
  },
  {
    step: "3.2 Create a target group",
    title: "every instance in service is a healthy target",
    run: async subject =>
      subject.expectHealthy(subject.outputs.fleetLoadBalancerDns, await inService(subject)),
  },
  {
    step: "3.3 Create a listener",
    title: "each address of the load balancer answers",
    run: subject => subject.expectAnswers(subject.outputs.fleetLoadBalancerUrl),
  },
  {
    step: "4.3 Create a template",
    title: "it launches the stack's own image, and holds no user data",
    run: async subject => {
      const { LaunchTemplate } = await subject.group();
      const { LaunchTemplateVersions } = await subject.clients.ec2.describeLaunchTemplateVersions({
        LaunchTemplateId: LaunchTemplate?.LaunchTemplateId,
        Versions: [LaunchTemplate?.Version ?? ""],
      });
      const { ImageId = "", UserData } = LaunchTemplateVersions?.[0]?.LaunchTemplateData ?? {};
      const { Images } = await subject.clients.ec2.describeImages({ ImageIds: [ImageId], Owners: ["self"] });
      expectEqual("the image's state", Images?.[0]?.State, "available");
      if (UserData !== undefined) throw new Error("the template has user data");
    },
  },
  {
    step: "5. Create an Auto-scaling Group",
    title: "as many instances as it desires are in service, and within its limits",
    run: async subject => {
      const { MinSize = 0, MaxSize = 0, DesiredCapacity = 0 } = await subject.group();
      expectEqual("how many are in service", (await inService(subject)).length, DesiredCapacity);
      if (DesiredCapacity < MinSize || DesiredCapacity > MaxSize)
        throw new Error(`${DesiredCapacity} are desired, outside of ${MinSize} to ${MaxSize}`);
    },
  },
  {
    step: "5. Create an Auto-scaling Group",
    title: "an instance is silent to the Internet",
    waits: true,
    run: async subject => {
      const [id = ""] = await inService(subject);
      const { PublicIpAddress = "" } = await subject.instance(id);
      await subject.expectSilence(`http://${PublicIpAddress}:${ports.stress.http}/`);
    },
  },
  {
    step: "6. Update the scaling policy",
    title: "it follows the group's mean CPU",
    run: async subject => {
      const { ScalingPolicies = [] } = await subject.clients.autoScaling.describePolicies({
        AutoScalingGroupName: subject.outputs.autoScalingGroupName,
      });
      const metrics = ScalingPolicies.map(
        ({ TargetTrackingConfiguration: tracking }) =>
          tracking?.PredefinedMetricSpecification?.PredefinedMetricType,
      );
      expectEqual("what its policies follow", metrics, ["ASGAverageCPUUtilization"]);
    },
  },
  {
    step: "7. Test",
    title: "the load balancer's name answers with the host name of an instance in service",
    run: async subject => {
      const { json } = await subject.answerTo(subject.outputs.fleetLoadBalancerUrl);
      const instances = await Promise.all((await inService(subject)).map(id => subject.instance(id)));
      const names = instances.map(({ PrivateIpAddress = "" }) => PrivateIpAddress.replaceAll(".", "-"));
      expectMatch("the name", json, new RegExp(`^ip-(${names.join("|")})\\.`));
    },
  },
  {
    step: "7. Test",
    title: "it takes GET and POST, and nothing else",
    run: async subject => {
      const request = { method: "DELETE", status: 405 };
      const { headers } = await subject.answerTo(subject.outputs.fleetLoadBalancerUrl, request);
      expectMatch("Allow", headers.allow, /^GET, HEAD, POST$/);
    },
  },
];

export const part2 = checks.map(check => ({ ...check, step: `Part 2, ${check.step}` }));
