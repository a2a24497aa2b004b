import * as pulumi from "@pulumi/pulumi";
import { chooseZones } from "./zones";

test.each([
  ["the first two in alphabetical order", ["c", "a", "b"], ["b", "c", "a"], ["a", "b"]],
  ["only zones that offer the type", ["a", "b", "c"], ["c", "b"], ["b", "c"]],
  ["no zone that needs an opt-in, even if it offers the type", ["b", "c"], ["a-local", "b", "c"], ["b", "c"]],
])("chooses %s", (_what, open, offering, expected) => {
  expect(chooseZones({ open, offering }, "t3.micro")).toEqual(expected);
});

test.each([
  ["0", ["us-east-1a", "us-east-1b"], []],
  ["1", ["us-east-1a", "us-east-1b"], ["us-east-1b", "us-east-1e"]],
])("with only %s left, the error says what to do", (count, open, offering) => {
  expect(() => chooseZones({ open, offering }, "m5.large")).toThrow(
    new pulumi.RunError(
      `instanceType m5.large is offered in ${count} of this region's availability zones ` +
        "(us-east-1a, us-east-1b), but two are needed; choose another type or region",
    ),
  );
});

test("doesn't modify its arguments", () => {
  const open = ["b", "a"];
  const offering = ["a", "b"];
  chooseZones({ open, offering }, "t3.micro");
  expect([open, offering]).toEqual([
    ["b", "a"],
    ["a", "b"],
  ]);
});
