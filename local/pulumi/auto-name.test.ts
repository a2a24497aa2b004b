import { autoName } from "./auto-name";

test("a generated name is eight characters longer: 24 fit a load balancer's limit of 32", () => {
  expect(autoName("receiver-lb")).toMatch(/^receiver-lb-[0-9a-f]{7}$/);
  expect(autoName("x".repeat(24))).toHaveLength(32);
});
