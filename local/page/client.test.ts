/** What the page's browser side decides without a browser. */
import { emptySnapshot, flow, keys, knockDrop, now, programSnapshot } from "../../testing/page-snapshots";
import { arrange, contains, decidingEntry, keepPlaces } from "./client/arrange";
import { orthogonal } from "./client/geometry";
import { limits, PageState } from "./client/state";
import { Wires } from "./client/wires";

function stateOf(snapshot = programSnapshot()): PageState {
  const state = new PageState();
  state.reset(snapshot);
  return state;
}

const titles = (shape: Parameters<typeof programSnapshot>[0]) => {
  const { columns, others } = arrange(programSnapshot(shape));
  return { columns: columns.map(({ title }) => title), others: others.map(({ title }) => title) };
};

test("columns are the hint's, or else what is reached first at the left and what an ACL guards at the right", () => {
  const program = { columns: ["edge subnets", "receiver subnet", "data subnet"], others: [] };
  expect(titles({})).toEqual(program);
  expect(titles({ withoutHint: true })).toEqual(program);
  expect(titles({ withFifthSubnet: true })).toEqual({ ...program, others: ["reports subnet"] });
});

test("a crowded subnet shows three instances and counts the others", () => {
  const receivers = (count: number) => arrange(programSnapshot({ receivers: count })).columns[1]?.cells[0];
  expect(receivers(4)).toMatchObject({ shown: { length: 4 }, hidden: { length: 0 } });
  expect(receivers(20)).toMatchObject({ shown: { length: 3 }, hidden: { length: 17 } });
});

test("default subnets are only shown if there is nothing else", () => {
  expect(arrange(emptySnapshot()).others).toHaveLength(5);
  expect(arrange(programSnapshot()).vpcs.map(({ id }) => id)).toEqual(["vpc-1"]);
});

test("the first entry that fits decides; a removed one doesn't", () => {
  const [acl] = programSnapshot().networkAcls;
  if (!acl) throw new Error("the snapshot has no ACL");
  const deciding = (port: number, address: string) =>
    decidingEntry(acl, "ingress", port, address)?.ruleNumber;
  expect([deciding(8080, "10.0.2.10"), deciding(8080, "10.0.3.10"), deciding(5000, "1.2.3.4")]).toEqual([
    ...[200, 32767, 300],
  ]);
  for (const entry of acl.entries) if (entry.ruleNumber === 300) entry.removedAt = 1;
  expect(deciding(5000, "1.2.3.4")).toBe(32767);
  expect(contains("0.0.0.0/0", "255.0.0.1")).toBe(true);
  expect(contains("10.0.2.0/23", "10.0.4.1")).toBe(false);
});

test("an instance keeps its place in the group", () => {
  expect(keepPlaces([], ["a"], 3)).toEqual(["a", undefined, undefined]);
  expect(keepPlaces(["a", "b", undefined], ["b", "c"], 3)).toEqual(["c", "b", undefined]);
  expect(keepPlaces(["a", "b"], ["a", "b", "c"], 2)).toEqual(["a", "b", "c"]);
  expect(keepPlaces(["a", "b", "c"], ["a", "b"], 2)).toEqual(["a", "b"]);
});

test("flows make wires of their own, through the entry that let them in; drops make none", () => {
  const state = stateOf();
  const wires = new Wires(state, arrange(state.picture));
  const before = wires.all.size;
  expect(
    wires.add(flow("internet", keys.data, 5000, ["acl-0d67c87edd70ce87f/ingress/300"], 1))?.entry,
  ).toMatch(/300$/);
  expect(wires.all.size).toBe(before);
  wires.add(flow("operator", keys.data, 22, ["acl-0d67c87edd70ce87f/ingress/100"], 1));
  expect(wires.add({ ...flow("internet", keys.stress, 8080, [], 1), verdict: "dropped" })).toBeUndefined();
  expect(wires.add(flow("internet", "i-gone", 80, [], 1))).toBeUndefined();
  expect(wires.all.size).toBe(before + 1);
});

test("counts add up, and what is kept is bounded", () => {
  const state = stateOf(emptySnapshot());
  for (let port = 1; port <= 2 * limits.flows; port++) {
    const counted = { ...flow("internet", "operator", port, ["sgr-1"], 2), at: now + port };
    state.addFlows({ at: now, flows: [counted, { ...counted, healthCheck: true }] });
    state.addDrop({ ...knockDrop(), kind: `kind ${port}` });
  }
  expect(state.totals).toEqual({ flows: 4 * limits.flows, dropped: 0 });
  expect(state.hits.get("sgr-1")).toBe(8 * limits.flows);
  expect(state.flows.size).toBe(limits.flows);
  expect([...state.flows.values()].some(({ port }) => port === 2 * limits.flows)).toBe(true);
  expect(state.drops.size).toBe(limits.drops);
  for (let minute = 0; minute < 2 * limits.minutes; minute++)
    state.addCpu({ at: minute, autoScalingGroupName: "a", instances: {}, breaching: { high: 0, low: 0 } });
  expect(state.cpuOf("a")).toHaveLength(limits.minutes);
});

test("a path turns its corners round, but never by more than half the way", () => {
  expect(
    orthogonal(
      [
        [0, 0],
        [10, 0],
        [10, 100],
      ],
      9,
    ),
  ).toBe("M0,0L5,0Q10,0 10,9L10,100");
});
