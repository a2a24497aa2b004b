import { ActivityLog } from "./activity-log";
import { FakeSurroundings } from "../../../testing/fake-instance-launcher";

const day = 86_400_000;
const placement = { subnetId: "subnet-1", availabilityZone: "us-east-1a" };

function setUp() {
  const surroundings = new FakeSurroundings();
  return { surroundings, log: new ActivityLog("fleet", surroundings) };
}

test("an activity has its times on the region's clock, and reports its cause", () => {
  const { surroundings, log } = setUp();
  surroundings.clock.advance(61_000);
  const reasons = [
    { at: 1_000, what: "a" },
    { at: 61_000, what: "b" },
  ];
  const activity = log.begin("Launching", reasons, { ...placement, ...{ instanceId: "not its business" } });
  surroundings.clock.advance(5_000);
  log.succeed(activity);
  expect(log.activities).toEqual([
    {
      activityId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      description: "Launching",
      reasons,
      placement,
      startTime: 61_000,
      endTime: 66_000,
      statusCode: "Successful",
    },
  ]);
  expect(surroundings.reports).toEqual(["fleet: Launching; a; b"]);
});

test("activities of the last six weeks are kept, the latest first, and whatever is in progress", () => {
  const { surroundings, log } = setUp();
  const names = () => log.activities.map(({ description }) => description);
  for (const name of ["a", "b", "c"]) {
    const activity = log.begin(name, [], placement);
    if (name !== "b") log.succeed(activity);
    surroundings.clock.advance(20 * day);
  }
  expect(names()).toEqual(["c", "b", "a"]);
  log.begin("d", [], placement);
  expect(names()).toEqual(["d", "c", "b"]);
});
