/** `npm run cost`: what the program would cost on AWS. */
import { createRequire } from "node:module";
import { alignColumns } from "../local/cli/columns";
import { keyAndValue } from "../local/cli/options";
import { command, exitCodes } from "./command";
import { costsOf, type Costs } from "./cost/bill";
import type * as Declared from "./cost/declared";
import { freeForEver, hoursPerMonth, ratesFrom } from "./cost/rates";

export const cost = command({
  help: `Adds up what the program costs on AWS, an hour and a month, at the fleet's lowest,
initial and highest size. It evaluates the program as the stack configures it and
asks nobody.

Usage: npm run cost -- [options]

  --stack NAME             the stack whose Pulumi.NAME.yaml is used
                           (default: dev)
  --config KEY=VALUE       override one of its configuration values; may be
                           repeated
  --json                   print one JSON value (npm run --silent)
  --help                   show this text
`,
  options: { config: { type: "string", multiple: true } },
  run: async ({ values, root, stack = "dev", print, json, columns }) => {
    const config = Object.fromEntries((values.config ?? []).map(keyAndValue));
    // Loaded only here: Pulumi's SDK takes as long as all other commands together.
    const { declaredResources } = createRequire(__filename)("./cost/declared") as typeof Declared;
    const costs = costsOf(await declaredResources(root, stack, config));
    if (json) print(JSON.stringify({ ...costs, rates: ratesFrom }, undefined, 2));
    else print([...tableOf(costs, columns), "", ...notesOf(costs)].join("\n"));
    return exitCodes.ok;
  },
});

function tableOf({ bills }: Costs, columns: number): string[] {
  const row = (label: string, of: (bill: Costs["bills"][number]) => number, digits = 4) => [
    label,
    ...bills.map(bill => of(bill).toFixed(digits)),
  ];
  const last = bills.at(-1);
  const rows = [
    ["USD an hour, with a fleet of", ...bills.map(({ fleet }) => String(fleet))],
    ...(last?.items ?? []).map(({ what }, index) =>
      row(what.split(":")[0] ?? "", bill => bill.items[index]?.hour ?? 0),
    ),
    row("an hour", ({ hour }) => hour),
    row(`a month of ${hoursPerMonth} h`, ({ month }) => month, 0),
    row("CloudWatch beyond what is free", ({ beyondFree }) => beyondFree),
    row("CloudWatch if none is free", ({ withoutFree }) => withoutFree),
  ];
  return alignColumns(rows, columns);
}

function notesOf({ bills, instanceType, hostHour, surplusHour, byVolume }: Costs): string[] {
  const { dashboards, alarms, metrics } = freeForEver;
  const [lowest, highest] = [bills[0], bills.at(-1)];
  const edge = lowest?.items.filter(({ what }) => /^(public|load)/.test(what)) ?? [];
  const share = (part: number) => `${Math.round((100 * part) / (lowest?.hour ?? 1))} %`;
  return [
    `At the highest: ${highest?.items.map(({ what }) => what).join("; ")}.`,
    `Of the lowest, load balancers and addresses are ${share(edge.reduce((sum, { hour }) => sum + hour, 0))}; ` +
      `the stress host, which only its image needs, is ${share(hostHour)}.`,
    `Free for ever in an account: ${dashboards} dashboards, ${alarms} alarms, ${metrics} metrics of CloudWatch.`,
    ...(surplusHour === undefined
      ? []
      : [
          `A ${instanceType} at full load on surplus credits costs up to ${surplusHour.toFixed(3)} an hour more.`,
        ]),
    `${["Data transfer", "load balancer capacity units", ...byVolume].join(", ")} and taxes come on top.`,
    `Rates of ${ratesFrom.region}, second-hand, of ${ratesFrom.date}: ops/cost/rates.ts names their sources.`,
  ];
}
