/**
 * checkov's findings in what the program declares, against docs/security.md, which waives or mends each. cdk-nag judges
 * CloudFormation alone: its rules' names are only checked for their form.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../infra/testing";
import { fullKey, readProject } from "../local/pulumi/stack";
import { temporaryFolder } from "../testing/folders";
import { describeWith } from "../testing/programs";
import { root } from "../testing/region";
import { securityTable, type Row } from "../testing/security-table";
import { reference, terraformOf } from "../testing/terraform";

jest.setTimeout(150_000);

/** Every key that mends something, and what mends it. */
const mending: Record<string, string> = {
  sshCidr: "203.0.113.7/32",
  certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
  accessLogsBucket: "my-logs",
  flowLogsDestination: "arn:aws:s3:::my-logs",
  alarmsTopicArn: "arn:aws:sns:us-east-1:123456789012:alarms",
  protect: "true",
  deletionProtection: "true",
};

const rows = securityTable();
const isOption = ({ status }: Row) => !["held", "waived"].includes(status);
const idsOf = (chosen: Row[]) => chosen.flatMap(({ checkov }) => checkov).sort();

describe("docs/security.md's table", () => {
  test("has a reason in each row, and each id in one", () => {
    const ids = rows.flatMap(({ checkov, cdkNag }) => [...checkov, ...cdkNag]);
    expect(ids.length).toBeGreaterThan(80);
    expect(ids).toHaveLength(new Set(ids).size);
    for (const row of rows) {
      for (const id of row.checkov) expect(id).toMatch(/^CKV2?_AWS_\d+$/);
      for (const id of row.cdkNag) expect(id).toMatch(/^[A-Z][A-Za-z0-9]+$/);
      for (const text of [row.matter, row.reason]) expect(text).toMatch(/\w/);
      expect(row.checkov.length + row.cdkNag.length).toBeGreaterThan(0);
    }
  });

  test("names the keys of Pulumi.yaml that mend something, and no other status but held and waived", () => {
    const { project, config } = readProject(root);
    const keys = [...new Set(rows.filter(isOption).map(({ status }) => status))].sort();
    expect(keys).toEqual(Object.keys(mending).sort());
    for (const key of keys) expect(config).toHaveProperty([fullKey(key, project)]);
  });
});

interface Check {
  check_id: string;
}

interface Report {
  summary: { parsing_errors: number; resource_count: number };
  results: { passed_checks: Check[]; failed_checks: Check[] };
}

/** The ids that checkov reports, for the program so configured. */
async function judge(config: Record<string, string>) {
  const { resources } = await evaluate({ config, madeUp: reference });
  const folder = temporaryFolder();
  writeFileSync(join(folder, "main.tf"), terraformOf(resources));
  const args = ["--directory", folder, "--framework", "terraform", "--output", "json"];
  const printed = execFileSync("checkov", [...args, "--skip-download", "--soft-fail"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { summary, results } = JSON.parse(printed) as Report;
  const declared = resources.filter(({ type, custom }) => custom && type.startsWith("aws:"));
  expect(summary).toMatchObject({ parsing_errors: 0, resource_count: declared.length });
  const ids = (checks: Check[]) => [...new Set(checks.map(({ check_id }) => check_id))].sort();
  return { passed: ids(results.passed_checks), failed: ids(results.failed_checks) };
}

describeWith({ checkov: "pip install checkov==3.3.30" }, "what checkov finds", () => {
  let usual: Awaited<ReturnType<typeof judge>>;
  let mended: typeof usual;
  beforeAll(async () => {
    usual = await judge({});
    mended = await judge(mending);
  });

  test("by default is what is waived, and what a key mends", () => {
    expect(usual.failed).toEqual(idsOf(rows.filter(({ status }) => status !== "held")));
  });

  test("with every key set is what is waived", () => {
    expect(mended.failed).toEqual(idsOf(rows.filter(({ status }) => status === "waived")));
  });

  test("to be in order is what is held, or waived for some resources only", () => {
    const passed = [...new Set([...usual.passed, ...mended.passed])];
    const held = idsOf(rows.filter(({ status }) => status === "held"));
    expect(passed).toEqual(expect.arrayContaining(held));
    expect(passed.filter(id => !idsOf(rows).includes(id))).toEqual([]);
  });
});
