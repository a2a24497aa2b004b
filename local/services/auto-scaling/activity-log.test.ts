import { ActivityLog, type TimedCause } from "./activity-log";
import { FakeGroupContext } from "../../../testing/fake-group";

const day = 86_400_000;
const placement = { subnetId: "subnet-1", availabilityZone: "us-east-1a" };

function setUp() {
  const context = new FakeGroupContext();
  return { context, log: new ActivityLog("fleet", context) };
}

test("an activity is timed by the region's clock and reported with its first cause", () => {
  const { context, log } = setUp();
  context.clock.advance(61_000);
  const causes: TimedCause[] = [
    { at: 1_000, cause: { kind: "replacement" } },
    { at: 61_000, cause: { kind: "selected", instanceId: "i-1" } },
  ];
  const activity = log.begin("Launching", causes, { ...placement, ...{ instanceId: "not recorded" } });
  context.clock.advance(5_000);
  log.succeed(activity);
  expect(log.activities).toEqual([
    {
      activityId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      description: "Launching",
      causes,
      placement,
      startTime: 61_000,
      endTime: 66_000,
      statusCode: "Successful",
    },
  ]);
  expect(context.reports).toEqual([
    "fleet: Launching; an instance was launched in response to an unhealthy instance needing to be replaced",
  ]);
});

test("keeps activities that ended in the last six weeks or are in progress, latest first", () => {
  const { context, log } = setUp();
  const names = () => log.activities.map(({ description }) => description);
  for (const name of ["a", "b", "c"]) {
    const activity = log.begin(name, [], placement);
    if (name !== "b") log.succeed(activity);
    context.clock.advance(20 * day);
  }
  expect(names()).toEqual(["c", "b", "a"]);
  log.begin("d", [], placement);
  expect(names()).toEqual(["d", "c", "b"]);
});
