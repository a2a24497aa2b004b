import type { Plugin } from "esbuild";
import { build } from "./esbuild";

const stdin = { contents: "console.log(42);" };

test("a build goes on when another one ends", async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>(resolve => (end = resolve));
  const waits: Plugin = { name: "waits", setup: other => other.onStart(() => ended) };
  const long = build({ stdin, plugins: [waits] });
  await build({ stdin });
  end();
  expect((await long).map(({ text }) => text)).toEqual(["(()=>{console.log(42);})();\n"]);
});
