/**
 * README's commands, from its own text, pasted into the shells that it names while the region runs that it starts. After
 * each block its answers are compared with those that README shows; docs/local-region.md goes on from there. Then those of
 * docs/operating.md and docs/customising.md.
 */
import { clientsOf } from "../testing/aws-clients";
import { answerTo } from "../testing/client";
import { copyOfProject, start, startedIn } from "../testing/cli";
import { eventually } from "../testing/eventually";
import { lane } from "../testing/lanes";
import { blocksOf, type Block } from "../testing/markdown";
import { describeWith } from "../testing/programs";
import { InteractiveShell, type PasteMode, type ShellName } from "../testing/terminal";

jest.setTimeout(150_000);

const operating = blocksOf("docs/operating.md").filter(({ language }) => language === "sh");

const section = [
  ...blocksOf("README.md").filter(({ headings }) => headings[1] === "Run it here"),
  ...blocksOf("docs/local-region.md"),
];

/** The commands to paste while the region runs, each with the answers that README shows after them, if any. */
const pastes = section.flatMap((block, index) => {
  const next = section[index + 1];
  return block.language === "sh" && !isNpm(block)
    ? [{ text: block.text, answers: next?.language === "" ? next.text : undefined }]
    : [];
});

function isNpm({ text }: Block): boolean {
  return text.split("\n").every(line => line.startsWith("npm "));
}

/** A pattern for answers: in a line, "…" is anything; as a line, it is more of the one before. */
function patternOf(answers: string): RegExp {
  const lines: string[] = [];
  for (const line of comparable(answers).split("\n")) {
    if (line === "…") lines.push(`(?:${lines.at(-1)})*`);
    else lines.push(`${line.split("…").map(escaped).join(".*")}\n`);
  }
  return new RegExp(`^${lines.join("")}$`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** With addresses numbered in their order, as they differ between starts, and tables without their widths. */
function comparable(text: string): string {
  const seen: string[] = [];
  return text
    .replace(/203\.0\.113\.\d+|ip-10-0-\d+-\d+/g, address => {
      if (!seen.includes(address)) seen.push(address);
      return `<address ${seen.indexOf(address) + 1}>`;
    })
    .replace(/ {2,}/g, " ")
    .replace(/─+/g, "─");
}

/** @returns the project in which the region runs */
async function startRegion(...options: string[]): Promise<string> {
  const project = copyOfProject();
  // Whoever runs the tests may have a region of their own running: this one takes another port.
  await start(project, options).says(/^ready after/m);
  return project;
}

async function setNumber(project: string, num: number): Promise<void> {
  const { internet: through, outputs } = startedIn(project);
  // A busy machine takes longer than a receiver waits, as long as the region loads the clients of AWS's API.
  await eventually("the receivers answer", async () => {
    const request = { through, method: "POST", body: { num } };
    return (await answerTo(outputs.receiverLoadBalancerUrl, request)).status === 200;
  });
}

/** It takes a few minutes of the region's, which are over when a user comes to paste what asks for it. */
async function untilCpuIsKnown(project: string): Promise<void> {
  const { internet, outputs } = startedIn(project);
  const { cloudWatch } = clientsOf(internet);
  await eventually("CloudWatch has the fleet's CPU", async () => {
    const { Datapoints = [] } = await cloudWatch.getMetricStatistics({
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Dimensions: [{ Name: "AutoScalingGroupName", Value: outputs.autoScalingGroupName }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(),
      Period: 60,
      Statistics: ["Average"],
    });
    return Datapoints.length > 0;
  });
}

async function pasteReadme(project: string, name: ShellName, mode: PasteMode): Promise<void> {
  await setNumber(project, 0);
  const shell = new InteractiveShell(project, name, mode);
  let everything = "";
  for (const { text, answers } of pastes) {
    const { printed, failed } = await shell.paste(text, 60_000);
    expect({ text, failed, printed }).toEqual({ text, failed: [], printed });
    // So that the next prompt has a line of its own.
    expect(printed).toMatch(/\n$/);
    if (answers !== undefined) expect(comparable(printed)).toMatch(patternOf(answers));
    everything += printed;
  }
  const { receiverLoadBalancerDns, fleetLoadBalancerDns, autoScalingGroupName } = startedIn(project).outputs;
  expect(everything).toMatch(
    new RegExp(String.raw`^\| +receiver-lb-\w+ +\| +${receiverLoadBalancerDns} +\|$`, "m"),
  );
  expect(everything).toMatch(
    new RegExp(String.raw`^\| +fleet-lb-\w+ +\| +${fleetLoadBalancerDns} +\|$`, "m"),
  );
  expect(everything).toMatch(/^\| +i-[0-9a-f]{17} +\| +203\.0\.113\.\d+ +\|$/m);
  expect(everything).toContain(`"AutoScalingGroupName": "${autoScalingGroupName}"`);
  expect(everything).toMatch(/"Label": "CPUUtilization",\s+"Datapoints": \[\s+\{/);
}

async function pasteOperating(project: string, name: ShellName): Promise<void> {
  await setNumber(project, 5);
  const shell = new InteractiveShell(project, name, "bracketed");
  let everything = "";
  for (const { text } of operating) {
    const { printed, failed } = await shell.paste(text, 120_000);
    expect({ text, failed, printed }).toEqual({ text, failed: [], printed });
    everything += printed;
  }
  expect(everything).toMatch(/^all \d\d checks passed for the local region in \d+ s$/m);
  expect(everything).toMatch(/^internet → data, port 8080: not reachable\s+exit code 1$/m);
  expect(everything).toMatch(/^data( fleet)+ receiver-1 receiver-2 stress$/m);
  expect(everything).toMatch(/^\{"level":\d+,.*"msg":".*\}$/m);
  expect(everything).toMatch(/^settled after \d+ minutes; desired capacities: \d(, \d)+$/m);
  expect(everything).toMatch(/^an hour +0\.1307 +0\.1469 +0\.1795$/m);
  // The chart is drawn over the last one, in no more columns than there are.
  expect(everything.match(/^CPU %/gm)?.length).toBeGreaterThan(20);
  const drawn = everything.split("\n").filter(line => /^(CPU %|- target|desired {2}|in service) /.test(line));
  expect(Math.max(...drawn.map(({ length }) => length))).toBeLessThanOrEqual(80);
}

describeWith(
  {
    aws: "python3 -m pip install 'awscli<2'",
    curl: "apt-get install curl",
    ssh: "apt-get install openssh-client",
    script: "apt-get install util-linux",
    zsh: "apt-get install zsh",
  },
  "README's commands, pasted",
  () => {
    const readme = lane(async () => {
      const project = await startRegion();
      await untilCpuIsKnown(project);
      return project;
    }, 300_000);
    for (const name of ["bash", "zsh"] as const)
      for (const mode of ["bracketed", "plain"] as const)
        readme(`in ${name}, ${mode}`, project => pasteReadme(project, name, mode));

    for (const name of ["bash", "zsh"] as const) {
      // Its fleet grows and shrinks in a quarter of the time.
      const guide = lane(() => startRegion("--speed", "240"), 300_000);
      guide(`docs/operating.md's, in ${name}`, project => pasteOperating(project, name));
    }
  },
);

describeWith(
  {
    curl: "apt-get install curl",
    openssl: "apt-get install openssl",
    script: "apt-get install util-linux",
  },
  "docs/customising.md's commands, pasted",
  () => {
    test("make a certificate, and get an answer by it once the region serves it", async () => {
      const [make, ask, ...others] = blocksOf("docs/customising.md").filter(
        block => block.language === "sh" && !isNpm(block),
      );
      if (!make || !ask) throw new Error("docs/customising.md lacks its commands");
      expect(others).toEqual([]);
      const [, openssl = "", args = ""] = /^([^]*)\nnpm start -- (.*)$/.exec(make.text) ?? [];
      const project = copyOfProject();
      const shell = new InteractiveShell(project, "bash", "bracketed");
      expect(await shell.paste(openssl, 60_000)).toMatchObject({ failed: [] });
      await start(project, args.split(" ")).says(/^ready after/m);
      const { printed, failed } = await shell.paste(ask.text, 60_000);
      expect({ failed, printed }).toEqual({ failed: [], printed });
      expect(printed).toMatch(/^301 https:\/\/\S+:443\/$/m);
      expect(printed).toMatch(/^\{"seed":0,"server_ip_address":"203\.0\.113\.\d+"\}$/m);
    });
  },
);
