import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { realClock } from "../clock";
import { Region } from "../region";
import { temporaryFolder } from "../../testing/folders";
import { localStackFile, withLocalStack, writeLocalStack, type LocalStack } from "./local-stack";

const stack: LocalStack = {
  region: "eu-west-1",
  url: "http://127.0.0.1:4000",
  scopes: ["ec2", "monitoring"],
  operatorAddress: "198.51.100.10",
  sshBastion: "operator@127.0.0.1:4022",
};
const values = {
  "aws:region": "eu-west-1",
  "aws:accessKey": "local",
  "aws:secretKey": "local",
  "aws:skipCredentialsValidation": "true",
  "aws:endpoints": [{ ec2: "http://127.0.0.1:4000", cloudwatch: "http://127.0.0.1:4000" }],
  "p:sshCidr": "198.51.100.10/32",
  "p:sshBastion": "operator@127.0.0.1:4022",
};
const begun = withLocalStack(undefined, stack, "p");

test("begins a file with the region's keys, and says who began it", () => {
  expect(begun).toMatch(/^# Begun by `npm run region`/);
  expect(parse(begun)).toEqual({ config: values });
});

test("leaves a file that says all this as it is", () => {
  expect(withLocalStack(begun, stack, "p")).toBe(begun);
});

test("sets its own keys anew and keeps what Pulumi and the user wrote", () => {
  const used = begun
    .replace("eu-west-1", "us-east-1")
    .replace(/$/, "# the user's\nencryptionsalt: v1:abc\n")
    .replace("config:", "config:\n  p:receiverCount: 3 # more");
  const next = withLocalStack(used, { ...stack, url: "http://127.0.0.1:4100" }, "p");
  expect(parse(next)).toEqual({
    config: {
      ...values,
      "aws:endpoints": [{ ec2: "http://127.0.0.1:4100", cloudwatch: "http://127.0.0.1:4100" }],
      "p:receiverCount": 3,
    },
    encryptionsalt: "v1:abc",
  });
  expect(next).toContain("# more");
  expect(next).toContain("# the user's");
});

test.each([
  ["somebody else's", "config:\n  aws:region: us-east-1\n", "was not begun by `npm run region`"],
  ["an empty one", "", "was not begun by `npm run region`"],
  ["a broken one", begun.replace("config:", "config: ]"), "is not a valid stack file"],
  ["one that is a list", `${begun.split("\n", 1).join()}\n\n- 1\n`, "is not a valid stack file: not a map"],
])("refuses %s", (_what, text, message) => {
  expect(() => withLocalStack(text, stack, "p")).toThrow(message);
});

test("every service that a region answers has its endpoint", () => {
  const region = new Region({ name: "us-east-1", folder: "", clock: realClock(1), report: () => undefined });
  const scopes = region.services.map(({ scope }) => scope);
  const written = parse(withLocalStack(undefined, { ...stack, scopes }, "p")) as { config: typeof values };
  expect(Object.keys(written.config["aws:endpoints"][0] ?? {})).toHaveLength(scopes.length);
});

test("writes it into the project's folder, and nothing beside it", async () => {
  const root = temporaryFolder();
  writeFileSync(join(root, "Pulumi.yaml"), "name: p\n");
  await writeLocalStack(root, stack);
  expect(readFileSync(join(root, localStackFile), "utf8")).toBe(begun);
  writeFileSync(join(root, localStackFile), "config: {}\n");
  await expect(writeLocalStack(root, stack)).rejects.toThrow("was not begun");
  expect(readFileSync(join(root, localStackFile), "utf8")).toBe("config: {}\n");
});
