import { autoName } from "./auto-name";

test("a name by Pulumi has eight characters more: 24 leave room for the 32 of a load balancer", () => {
  expect(autoName("receiver-lb")).toMatch(/^receiver-lb-[0-9a-f]{7}$/);
  expect(autoName("x".repeat(24))).toHaveLength(32);
});
