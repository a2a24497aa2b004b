/**
 * The whole tutorial by the AWS CLI, in an empty region: a new account in which all is made by hand. The hosts run
 * nothing, because the region keeps user data without running it and has no shell for what the tutorial does over SSH
 * (`yum`, `pip`, `fastapi`); so no service answers, and the targets stay unhealthy.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { preload } from "../local/api/dispatch";
import { realClock } from "../local/clock";
import { startEmptyRegion, type EmptyRegion } from "../local/start";
import { eventually } from "../testing/eventually";
import { onCleanUp } from "../testing/clean-up";
import { temporaryFolder } from "../testing/folders";
import { describeWith } from "../testing/programs";
import { operatorAddress } from "../testing/region";
import { shell } from "./aws-cli";
import { steps, type Step } from "./tutorial";

describeWith({ aws: "python3 -m pip install awscli" }, "the whole tutorial", tutorial);

function tutorial() {
  let running: EmptyRegion;
  let home: string;
  /** What commands have answered, by the names that later ones use. */
  const kept = new Map([
    ["profile", "tutorial"],
    ["user-data", Buffer.from("#!/bin/bash\npython3 serve.py\n").toString("base64")],
  ]);

  beforeAll(async () => {
    home = temporaryFolder();
    mkdirSync(join(home, ".aws"));
    writeFileSync(join(home, ".aws", "config"), "[profile tutorial]\nregion = us-east-1\n");
    writeFileSync(join(home, "trust-policy.json"), trustPolicy);
    running = await startEmptyRegion({
      name: "us-east-1",
      folder: join(temporaryFolder(), ".local"),
      clock: realClock(60),
      operatorAddress,
      port: 0,
      sshPort: 0,
      report: event => events.push(event),
    });
    onCleanUp(() => running.close());
    await preload(running.region.services);
  });
  const events: string[] = [];

  const run = (command: string) => shell(running.internetUrl, home, filled(command, kept));

  /** A command's answer: JSON if it is, or else text. It must succeed. */
  async function answerTo(command: string): Promise<unknown> {
    const { code, stdout, stderr } = await run(command);
    if (code !== 0)
      throw new Error(`exit code ${code} of ${command}\n${stdout}${stderr}\n${events.join("\n")}`);
    return parsed(stdout.trim());
  }

  async function assertShows([command, expected]: NonNullable<Step["shows"]>): Promise<void> {
    let answer: unknown;
    const matches = async () => {
      answer = await answerTo(command);
      return isMatch(answer, expected);
    };
    await eventually(() => `${command} shows it, and not ${JSON.stringify(answer)}`, matches, 45_000);
  }
  const isMatch = (answer: unknown, expected: unknown) => {
    try {
      assertMatch(answer, expected);
      return true;
    } catch {
      return false;
    }
  };
  const assertMatch = (answer: unknown, expected: unknown) => {
    const known = filled(expected, kept);
    // For text and for numbers, a match is equality.
    if (typeof answer === "object") expect({ answer }).toMatchObject({ answer: known });
    else expect(answer).toEqual(known);
  };

  for (const step of steps) {
    const title = `${step.section}: ${/aws [-\w]+( [-\w]+)?/.exec(step.typed)?.[0] ?? step.typed}`;
    test(title, async () => {
      const { typed, refused, corrected, answers, keep = {}, shows } = step;
      if (refused !== undefined) {
        const { code, stderr } = await run(typed);
        expect(stderr).toContain(refused);
        expect(code).not.toBe(0);
      }
      const command = refused === undefined ? typed : corrected;
      if (command === undefined) return;
      const answer = await answerTo(command);
      for (const [name, path] of Object.entries(keep)) kept.set(name, String(valueAt(answer, path)));
      if (answers !== undefined) assertMatch(answer, answers);
      if (shows !== undefined) await assertShows(shows);
    });
  }

  test("what the tutorial does on the hosts is not done here: user data, yum, ssh", () => {
    const hosts = [...running.region.ec2.instances.hosts.values()];
    expect(hosts.map(({ services }) => services.size)).toEqual([0, 0, 0, 0]);
  });
}

const trustPolicy = `{
  "Version": "2012-10-17",
    "Statement": [
      {
        "Effect": "Allow",
        "Principal": {
          "Service": "ec2.amazonaws.com"
        },
        "Action": "sts:AssumeRole"
      }
    ]
}
`;

/** With what is known in place of each <name>, at any depth; matchers stay as they are. */
function filled<Value>(value: Value, known: ReadonlyMap<string, string>): Value {
  if (typeof value === "string")
    return value.replaceAll(/<([-\w]+)>/g, (_placeholder, name: string) => {
      const found = known.get(name);
      if (found === undefined) throw new Error(`no command has answered ${name}`);
      return found;
    }) as Value;
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, known)) as Value;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, known)])) as Value;
}

/** JSON if it is one value of it: not for a table, a line of text, or the answers of a loop. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** "Instances.0.InstanceId" of an answer; the whole for an empty path. */
function valueAt(answer: unknown, path: string): unknown {
  const names = path === "" ? [] : path.split(".");
  return names.reduce((value, name) => Reflect.get(value as object, name) as unknown, answer);
}
