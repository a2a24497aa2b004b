import type { Plugin } from "esbuild";
import { eventually } from "../../testing/eventually";
import { familyOf } from "../../testing/processes";
import { build } from "./esbuild";

const stdin = { contents: "console.log(42);" };

/** A build that ends once it is told to. */
function longBuild() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>(resolve => (end = resolve));
  const waits: Plugin = { name: "waits", setup: build => build.onStart(() => ended) };
  return { files: build({ stdin, plugins: [waits] }), end };
}

/** Jest has one, too. */
async function esbuilds(): Promise<number> {
  return (await familyOf(process.pid)).filter(({ command }) => command.includes("--service=")).length;
}

test("a build goes on when another one ends", async () => {
  const { files, end } = longBuild();
  await build({ stdin });
  end();
  expect((await files).map(({ text }) => text)).toEqual(["(()=>{console.log(42);})();\n"]);
});

test("esbuild's process ends with the last build", async () => {
  const before = await esbuilds();
  const { files, end } = longBuild();
  await eventually("esbuild runs", async () => (await esbuilds()) > before);
  end();
  await files;
  await eventually("esbuild has ended", async () => (await esbuilds()) === before);
});
