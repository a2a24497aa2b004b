/** The fleet under load while its size and its instances change. */
import { clientsOf } from "../../testing/aws-clients";
import { eventually } from "../../testing/eventually";
import { count, under } from "../../testing/load";
import { Random } from "../../testing/random";
import { instancesOf, resize, settledAt } from "../../testing/running-group";
import { startProgramRegion } from "./program-region";
import type { Suite } from "./suite";

const perSecond = 200;
const sizes = [1, 2, 3];
/** In ms; a refresh launches and drains each instance in turn. */
const patience = 120_000;

export const capacitySuite: Suite = {
  numbers: "[changes] [refreshes]",
  help: `  The fleet under ${perSecond} GETs a second through its load balancer, while SetDesiredCapacity moves it between 1 and 3
  instances, by default ten times, and instance refreshes replace them all, by default three times. It proves that
  - each request is answered with 200;
  - each change ends with as many instances in service as it asked for, each refresh with none of those before.
`,
  run,
};

async function run(
  seed: number,
  [changes = 10, refreshes = 3]: number[],
  fail: (failure: string) => void,
): Promise<string> {
  const random = new Random(seed);
  const { outputs, internetUrl } = await startProgramRegion();
  const { autoScaling } = clientsOf(internetUrl);
  const AutoScalingGroupName = String(outputs["autoScalingGroupName"]?.value);
  // The policy would undo each change, for these requests are next to no load.
  await autoScaling.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ["AlarmNotification"] });

  const instances = () => instancesOf(autoScaling, AutoScalingGroupName);

  let size = (await instances()).length;
  const sent = await under(
    String(outputs["fleetLoadBalancerUrl"]?.value),
    { through: internetUrl, perSecond, connections: 64 },
    async () => {
      for (let change = 1; change <= changes; change++) {
        const before = size;
        size = random.of(sizes.filter(each => each !== before));
        await resize(autoScaling, AutoScalingGroupName, size);
        console.log(`change ${change} of ${changes}: from ${before} to ${size}`);
      }
      for (let refresh = 1; refresh <= refreshes; refresh++) {
        const before = (await instances()).map(({ InstanceId }) => InstanceId);
        const { InstanceRefreshId = "" } = await autoScaling.startInstanceRefresh({
          AutoScalingGroupName,
          Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, SkipMatching: false },
        });
        await eventually(
          `refresh ${InstanceRefreshId} is successful`,
          async () => {
            const described = await autoScaling.describeInstanceRefreshes({
              AutoScalingGroupName,
              InstanceRefreshIds: [InstanceRefreshId],
            });
            return described.InstanceRefreshes?.[0]?.Status === "Successful";
          },
          patience,
        );
        await settledAt(autoScaling, AutoScalingGroupName, size);
        const kept = (await instances()).filter(({ InstanceId }) => before.includes(InstanceId));
        if (kept.length > 0) fail(`refresh ${refresh} kept ${kept.length} of ${before.length} instances`);
        console.log(`refresh ${refresh} of ${refreshes}: ${before.length} instances replaced`);
      }
    },
  );
  const outcomes = count(sent);
  const { "200": answered = 0, ...others } = outcomes;
  if (answered < sent.length) fail(`${sent.length - answered} lost: ${JSON.stringify(others)}`);
  const longest = Math.max(...sent.map(({ begin, end }) => end - begin));
  return (
    `${changes} changes and ${refreshes} refreshes under ${sent.length} requests, ` +
    `${sent.length - answered} lost; longest answer ${longest.toFixed(0)} ms`
  );
}
