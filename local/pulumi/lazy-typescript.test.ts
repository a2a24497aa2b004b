import { execFileSync } from "node:child_process";
import { root } from "../../testing/region";

/** What a program prints, outside Jest's own modules. */
const print = (program: string) =>
  execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
    cwd: root,
    encoding: "utf8",
  });

test("the compiler isn't loaded with the SDK, and is once it is used", () => {
  const program = `
    require("./local/pulumi/evaluate");
    const path = require.resolve("typescript");
    const children = () => require.cache[path].exports === require("typescript") && "createProgram" in require("typescript");
    console.log(children());
    console.log(typeof require("typescript").createProgram);
    console.log(typeof require("typescript").createProgram, children());`;
  expect(print(program).split("\n")).toEqual(["false", "function", "function true", ""]);
});
