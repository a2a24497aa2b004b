import { withEsbuild } from "./esbuild";

const stdin = { contents: "export const answer = 42;" };

test("a build goes on when another one ends", async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>(resolve => (end = resolve));
  const waits = {
    name: "waits",
    setup: (build: { onStart: (wait: () => Promise<void>) => void }) => build.onStart(() => ended),
  };
  const long = withEsbuild(({ build }) => build({ stdin, write: false, plugins: [waits] }));
  await withEsbuild(({ build }) => build({ stdin, write: false }));
  end();
  expect((await long).outputFiles.map(({ text }) => text)).toEqual(["export const answer = 42;\n"]);
});
