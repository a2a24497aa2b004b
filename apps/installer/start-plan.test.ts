import { endOf, parseStates, planStart, type UnitState } from "./start-plan";

const service = "data-access.service";
const read = "data-access-read.socket";
const update = "data-access-update.socket";
const wanted = new Map([
  [read, "5000"],
  [update, "8080"],
  [service, "new"],
]);
const active = { ActiveState: "active" };
const allActive = new Map([...wanted.keys()].map(name => [name, active]));

const reload = ["daemon-reload"];
const enable = ["enable", "--quiet", "--no-reload", service];
const restart = ["restart", service];

test("a bare host gets every file, its sockets before its service", () => {
  const inactive = new Map([...wanted.keys()].map(name => [name, { ActiveState: "inactive" }]));
  expect(planStart(wanted, new Map(), inactive, false)).toEqual({
    write: [read, update, service],
    systemctl: [reload, enable, ["restart", read, update], restart],
    remove: [],
  });
});

test.each<[string, Map<string, string>, string[]]>([
  ["another release", new Map([...wanted, [service, "old"]]), [service]],
  ["nothing that differs", wanted, []],
])("%s leaves the sockets open", (_what, present, write) => {
  expect(planStart(wanted, present, allActive, false)).toEqual({
    write,
    systemctl: [reload, enable, restart],
    remove: [],
  });
});

test("a changed socket is opened again, and the other one is not", () => {
  const present = new Map([...wanted, [update, "80"]]);
  expect(planStart(wanted, present, allActive, false)).toEqual({
    write: [update],
    systemctl: [reload, enable, ["restart", update], restart],
    remove: [],
  });
});

test("a socket that ran into its limit is reset and opened again", () => {
  const states = new Map([...allActive, [read, { ActiveState: "failed" }]]);
  expect(planStart(wanted, wanted, states, false).systemctl).toEqual([
    reload,
    enable,
    ["reset-failed", read],
    ["restart", read],
    restart,
  ]);
});

test("a failed service is reset", () => {
  const states = new Map([...allActive, [service, { ActiveState: "failed" }]]);
  expect(planStart(wanted, wanted, states, false).systemctl).toEqual([
    reload,
    enable,
    ["reset-failed", service],
    restart,
  ]);
});

test("a socket that the release no longer has is closed, once its service does not require it", () => {
  const present = new Map([...wanted, ["data-access-admin.socket", "9000"]]);
  expect(planStart(wanted, present, allActive, false)).toEqual({
    write: [],
    systemctl: [reload, enable, ["stop", "data-access-admin.socket"], restart],
    remove: ["data-access-admin.socket"],
  });
});

test("after an attempt that was interrupted every socket is opened again", () => {
  expect(planStart(wanted, wanted, allActive, true).systemctl).toEqual([
    reload,
    enable,
    ["restart", read, update],
    restart,
  ]);
});

const running: UnitState = {
  ActiveState: "active",
  SubState: "running",
  NRestarts: "2",
  ExecMainCode: "0",
  ExecMainStatus: "0",
};
test.each<[string, Partial<UnitState>, string | undefined]>([
  ["runs", {}, undefined],
  ["is being started", { ActiveState: "activating", SubState: "start" }, undefined],
  [
    "waits to be started again",
    { ActiveState: "activating", SubState: "auto-restart", ExecMainCode: "1", ExecMainStatus: "7" },
    "exited with code 7",
  ],
  [
    "was killed",
    { ActiveState: "activating", SubState: "auto-restart", ExecMainCode: "2", ExecMainStatus: "9" },
    "was killed by SIGKILL",
  ],
  [
    "dumped its core",
    { ActiveState: "failed", SubState: "failed", ExecMainCode: "3", ExecMainStatus: "11" },
    "was killed by SIGSEGV",
  ],
  ["runs again", { NRestarts: "3" }, "ended, and was started again"],
])("a service that %s: %j", (_what, change, end) => {
  expect(endOf({ ...running, ...change }, running)).toBe(end);
});

test("a service that was already down has ended, too", () => {
  const down = { ...running, SubState: "auto-restart", ExecMainCode: "1", ExecMainStatus: "1" };
  expect(endOf(down, down)).toBe("exited with code 1");
});

test("systemctl shows a block per unit", () => {
  expect(parseStates("ActiveState=active\nDescription=a=b\n\nActiveState=inactive\nDescription=\n")).toEqual([
    { ActiveState: "active", Description: "a=b" },
    { ActiveState: "inactive", Description: "" },
  ]);
});
