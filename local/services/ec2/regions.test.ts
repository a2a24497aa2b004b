import { assertRegion } from "./regions";

test("a region of AWS's is taken, and another name refused with the nearest one", () => {
  expect(() => assertRegion("eu-west-1")).not.toThrow();
  expect(() => assertRegion("nowhere-1")).toThrow(/^AWS has no region nowhere-1; the nearest name is \S+$/);
  expect(() => assertRegion("cn-north-1")).toThrow(/cn-north-1 belongs to another partition$/);
  expect(() => assertRegion("us-gov-west-1")).toThrow(/us-gov-west-1 belongs to another partition$/);
  expect(() => assertRegion("us-east1")).toThrow("the nearest name is us-east-1");
});
