import { evaluate } from "../infra/testing";
import { costsOf, type Costs } from "./cost/bill";
import { surplusRate } from "./cost/rates";

async function costs(config: Record<string, string> = {}): Promise<Costs> {
  return costsOf((await evaluate({ config })).resources);
}

/** To four digits, as the table below has them. */
const rounded = (amount: number) => Number(amount.toFixed(4));

test("the default configuration costs what was added up by hand from the unit prices", async () => {
  const { bills, surplusHour } = await costs();
  const shown = bills.map(({ fleet, items, hour, month, withoutFree }) => ({
    fleet,
    items: items.map(item => rounded(item.hour)),
    hour: rounded(hour),
    month: Math.round(month),
    withoutFree: rounded(withoutFree),
  }));
  expect(shown).toEqual([
    { fleet: 0, items: [0.0416, 0.04, 0.045, 0.0035, 0.0005], hour: 0.1307, month: 95, withoutFree: 0.0044 },
    { fleet: 1, items: [0.052, 0.045, 0.045, 0.0044, 0.0005], hour: 0.1469, month: 107, withoutFree: 0.0073 },
    { fleet: 3, items: [0.0728, 0.055, 0.045, 0.0061, 0.0005], hour: 0.1795, month: 131, withoutFree: 0.013 },
  ]);
  // Up to ten metrics are free; three instances have 21.
  expect(bills.map(({ beyondFree }) => rounded(beyondFree))).toEqual([0, 0, rounded((11 * 0.3) / 730)]);
  expect(surplusHour).toBeCloseTo(0.09);
});

test("follows the configuration", async () => {
  const atRest = ({ bills }: Costs) => bills[1]?.hour ?? 0;
  const [few, many, large, wide] = [
    await costs(),
    await costs({ receiverCount: "5" }),
    await costs({ instanceType: "m5.large" }),
    await costs({ maxSize: "10", minSize: "2", desiredCapacity: "2" }),
  ];
  expect(atRest(many) - atRest(few)).toBeCloseTo(3 * few.hostHour);
  expect(atRest(large) - atRest(few)).toBeCloseTo(5 * (0.096 - 0.0104));
  expect(large.surplusHour).toBeUndefined();
  expect(wide.bills.map(({ fleet }) => fleet)).toEqual([2, 10]);
  expect((wide.bills[1]?.hour ?? 0) - (wide.bills[0]?.hour ?? 0)).toBeCloseTo(8 * few.hostHour);
});

test("counts the alarms beyond those that are free, and names the logs, which are paid by volume", async () => {
  const options = {
    alarmsTopicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
    accessLogsBucket: "my-logs",
    flowLogsDestination: "arn:aws:s3:::my-logs",
  };
  const [without, having] = [await costs(), await costs(options)];
  expect(without.byVolume).toEqual([]);
  expect(having.byVolume).toEqual(["flow logs (their delivery, and S3)", "access logs (S3)"]);
  const [before, after] = [without.bills[0], having.bills[0]];
  // Three for each load balancer, and one for each of five owners of credits, besides the policy's two.
  expect((after?.withoutFree ?? 0) - (before?.withoutFree ?? 0)).toBeCloseTo((11 * 0.1) / 730, 6);
  expect(after?.beyondFree).toBeCloseTo((3 * 0.1) / 730, 6);
});

test("refuses a type whose rate isn't known, rather than guess it", async () => {
  await expect(costs({ instanceType: "m6i.large" })).rejects.toThrow(
    /^the rate of m6i\.large is not known; known are t3\.nano, /,
  );
});

test.each([
  ["t3.micro", 0.09],
  ["t3a.2xlarge", 0.24],
  ["m5.large", undefined],
])("surplus credits of %s: %s USD an hour", (type, rate) => {
  expect(surplusRate(type)).toEqual(rate === undefined ? undefined : expect.closeTo(rate));
});
