/** What a start shows, on terminals of different widths and to programs. */
import { answerTo } from "../testing/client";
import { copyOfProject, start, startedIn } from "../testing/cli";
import { describeWith } from "../testing/programs";
import { inTerminal, withoutControls } from "../testing/terminal";

jest.setTimeout(150_000);

let project: string;
beforeAll(() => {
  project = copyOfProject();
});

const ready = /^ready after/m;

describeWith({ script: "apt-get install util-linux" }, "in a terminal", () => {
  test.each([
    [60, { TERM: "xterm" }],
    [80, { TERM: "dumb", NO_COLOR: "1" }],
  ])(
    "of %i columns it breaks lines between words only, and shows every address",
    async (columns, environment) => {
      const command = inTerminal(
        project,
        `${process.execPath} --require ./infra/typescript.cjs local/main.ts start`,
        {
          columns,
          environment,
        },
      );
      await command.says(ready);
      const { internet: through, outputs } = startedIn(project);
      for (let request = 0; request < 10; request++)
        await answerTo(outputs.fleetLoadBalancerUrl, { through, method: "POST" });
      // The longest of all events.
      await command.says(/AlarmHigh[^]* from\s+1\s+to\s+2/);
      const shown = withoutControls(command.stdout());
      expect(shown).toBe(command.stdout().replaceAll("\r", ""));
      const lines = shown.split("\n");
      expect(lines.filter(line => line.length > columns)).toEqual([]);
      for (const [name, { privateIp, publicIp }] of Object.entries(outputs.hosts))
        expect(lines).toContainEqual(
          expect.stringMatching(new RegExp(`^${name} +${privateIp} +${publicIp} +\\d+\\b`)),
        );
      expect(lines.filter(line => /\balso at http:\/\/127\.0\.0\.1:\d+\/$/.test(line))).toHaveLength(2);
    },
  );
});

test("in a pipe it breaks no line, and colours nothing", async () => {
  const command = start(project);
  await command.says(ready);
  const { privateIp, publicIp } = startedIn(project).outputs.hosts["data"] ?? {};
  const lines = command.stdout().split("\n");
  const row = new RegExp(`^data +${privateIp} +${publicIp} +\\d+ {2}data-access :5000 :8080$`);
  expect(lines).toContainEqual(expect.stringMatching(row));
  expect(lines).toContainEqual(expect.stringMatching(/^The local Internet is .*, in another terminal:$/));
  expect(command.stdout()).not.toContain("\u001b");
  expect(command.stderr()).toBe("");
});
