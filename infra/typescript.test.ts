import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../testing/folders";

test("TypeScript runs without a definition of each closure's name, and errors tell its lines and columns", () => {
  const file = join(temporaryFolder(), "main.ts");
  writeFileSync(
    file,
    `const outer = () => { const inner = (): void => { throw new Error("here"); }; return inner; };
    try { outer()(); } catch (error) { console.log((error as Error).stack); }`,
  );
  const counting = join(temporaryFolder(), "counting.cjs");
  writeFileSync(
    counting,
    `const { defineProperty } = Object;
    Object.defineProperty = (target, key, descriptor) => {
      if (key === "name" && descriptor.value === "inner") console.log("defined");
      return defineProperty(target, key, descriptor);
    };`,
  );
  const preloaded = [counting, join(__dirname, "typescript.cjs")].flatMap(each => ["--require", each]);
  const output = execFileSync(process.execPath, [...preloaded, file], { encoding: "utf8" });
  const [first, second] = output.split("\n");
  expect(first).toBe("Error: here");
  expect(second).toContain("main.ts:1:57");
});
