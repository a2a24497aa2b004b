import * as pulumi from "@pulumi/pulumi";
import { chooseZones } from "./zones";

test.each([
  ["the first two in order, however AWS lists them", ["c", "a", "b"], ["b", "c", "a"], ["a", "b"]],
  ["none that does not offer the type", ["a", "b", "c"], ["c", "b"], ["b", "c"]],
  ["none that needs an opt-in, though it offers the type", ["b", "c"], ["a-local", "b", "c"], ["b", "c"]],
])("chooses %s", (_what, open, offering, expected) => {
  expect(chooseZones(open, offering, "t3.micro")).toEqual(expected);
});

test.each([
  ["0", ["us-east-1a", "us-east-1b"], []],
  ["1", ["us-east-1a", "us-east-1b"], ["us-east-1b", "us-east-1e"]],
])("with %s left it says what to do", (count, open, offering) => {
  expect(() => chooseZones(open, offering, "m5.large")).toThrow(
    new pulumi.RunError(
      `instanceType m5.large is offered in ${count} of this region's availability zones ` +
        "(us-east-1a, us-east-1b), and two are needed; choose another type or another region",
    ),
  );
});

test("leaves its arguments as they are", () => {
  const open = ["b", "a"];
  const offering = ["a", "b"];
  chooseZones(open, offering, "t3.micro");
  expect([open, offering]).toEqual([
    ["b", "a"],
    ["a", "b"],
  ]);
});
