import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a program prints, outside Jest's own modules. */
const print = (program: string) =>
  execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
    cwd: join(__dirname, ".."),
    encoding: "utf8",
  });

test.each([
  ["the compiler", "typescript", "createProgram", "@pulumi/pulumi"],
  ["npm's library", "@npmcli/arborist", "Arborist", "@pulumi/pulumi"],
  ["gRPC", "@grpc/grpc-js", "Server", "@pulumi/pulumi"],
  ["what providers are written with", "@pulumi/pulumi/provider", "main", "@pulumi/pulumi"],
  ["the automation API", "@pulumi/pulumi/automation", "LocalWorkspace", "@pulumi/pulumi"],
  ["a translation", "zod/v4/locales", "de", "zod"],
  ["a service of AWS", "@pulumi/aws/sqs", "Queue", "@pulumi/aws"],
])("%s isn't loaded with the SDK, and is once it is used", (_, name, member, sdk) => {
  const program = `
    require("./infra/lazy-modules");
    require(${JSON.stringify(sdk)});
    const used = () => require(${JSON.stringify(name)});
    const isLoaded = () => ${JSON.stringify(member)} in used();
    console.log(isLoaded());
    console.log(typeof used().${member});
    console.log(typeof used().${member}, isLoaded());`;
  expect(print(program).split("\n")).toEqual(["false", "function", "function true", ""]);
});
