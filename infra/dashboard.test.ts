import { consoleHost } from "./dashboard";

test.each([
  ["eu-central-1", "eu-central-1.console.aws.amazon.com"],
  ["cn-north-1", "cn-north-1.console.amazonaws.cn"],
  ["us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"],
])("the console of %s is at %s", (region, host) => {
  expect(consoleHost(region)).toBe(host);
});
