/**
 * docs/aws-api.md, made from the tables of actions and refusals. `npm run docs` writes it; a test fails when it is out of
 * date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsError } from "../local/api/aws-error";
import type { Action, Service } from "../local/api/service";
import { acmService } from "../local/services/acm/actions";
import { refusals as acmRefusals } from "../local/services/acm/refusals";
import { autoScalingService } from "../local/services/auto-scaling/actions";
import { cloudWatchService } from "../local/services/cloudwatch/actions";
import { ec2Service } from "../local/services/ec2/actions";
import { refusals as cloudWatchRefusals } from "../local/services/cloudwatch/refusals";
import { refusals as autoScalingRefusals } from "../local/services/auto-scaling/refusals";
import { computeRefusals } from "../local/services/ec2/compute-refusals";
import { insightsRefusals } from "../local/services/ec2/insights-refusals";
import { networkRefusals } from "../local/services/ec2/network-refusals";
import { refusals as tagRefusals } from "../local/services/ec2/refusals";
import { refusals as elbv2Refusals } from "../local/services/elbv2/refusals";
import { elbv2Service } from "../local/services/elbv2/actions";
import { iamService } from "../local/services/iam/actions";
import { refusals as iamRefusals } from "../local/services/iam/refusals";
import { ssmService } from "../local/services/ssm/actions";
import { stsService } from "../local/services/sts/actions";

type Refusals = Record<string, (...args: never[]) => AwsError>;

interface Documented {
  title: string;
  service: Pick<Service<never>, "scope" | "actions">;
  refusals?: Refusals;
}

const documented: Documented[] = [
  {
    title: "EC2",
    service: ec2Service,
    refusals: { ...networkRefusals, ...insightsRefusals, ...computeRefusals, ...tagRefusals },
  },
  { title: "Elastic Load Balancing", service: elbv2Service, refusals: elbv2Refusals },
  { title: "Auto Scaling", service: autoScalingService, refusals: autoScalingRefusals },
  { title: "Certificate Manager", service: acmService, refusals: acmRefusals },
  { title: "IAM", service: iamService, refusals: iamRefusals },
  { title: "CloudWatch", service: cloudWatchService, refusals: cloudWatchRefusals },
  { title: "Systems Manager", service: ssmService },
  { title: "STS", service: stsService },
];

export const file = join(__dirname, "..", "docs", "aws-api.md");

export function apiDocumentation(): string {
  const count = documented.reduce((sum, { service }) => sum + Object.keys(service.actions).length, 0);
  return [
    "# AWS's API in the local region",
    "",
    `The local region serves ${count} actions of AWS's API, to any credentials. This page is made from the code by`,
    "`npm run docs`.",
    "",
    "- **Parameters** are acted on; or kept, answered where AWS answers them, and without effect here; or refused by",
    "  name. None is silently ignored.",
    "- **Refusals** have AWS's codes. The lists below leave out unknown and malformed ids, which every action that takes",
    "  an id refuses.",
    "- What AWS has and **the region lacks**, an action, a parameter or a value, is refused with 400 and a message that",
    '  begins with "The local region".',
    "- **Not judged**: quotas, permissions of the caller, capacity, IPv6.",
    "",
    ...documented.flatMap(sectionOf),
  ].join("\n");
}

function sectionOf({ title, service, refusals }: Documented): string[] {
  const actions = Object.entries(service.actions).sort(([a], [b]) => a.localeCompare(b));
  const rows = actions.map(([name, action]) => `| ${name} | ${actedOn(action)} | ${list(action.inert)} |`);
  return [
    `## ${title}`,
    "",
    "| action | acts on | keeps without effect |",
    "| --- | --- | --- |",
    ...rows,
    "",
    ...(refusals ? refusalsOf(title, refusals) : []),
  ];
}

const actedOn = ({ parameters }: Action<never>) => list(parameters);
const list = (names: readonly string[] = []) => [...names].sort().join(", ");

function refusalsOf(title: string, refusals: Refusals): string[] {
  // Each message is shown with its arguments' places: a list of one is a text, too.
  const rows = Object.values(refusals).map(refusal => {
    const { code, message } = refusal(...(Array.from({ length: 4 }, () => ["…"]) as never[]));
    return `| ${code} | ${message.replaceAll("|", "\\|").replaceAll("undefined", "…")} |`;
  });
  return [
    `${title} refuses, for example:`,
    "",
    "| code | message |",
    "| --- | --- |",
    ...[...new Set(rows)].sort(),
    "",
  ];
}

if (require.main === module) writeFileSync(file, apiDocumentation());
