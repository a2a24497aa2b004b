import { endOf, hasEnded, parseStates, planStart, type ProcessExit, type UnitState } from "./start-plan";

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

const admin = "data-access-admin.socket";
const withFile = (name: string, content: string) => new Map([...wanted, [name, content]]);
test.each<[string, Map<string, string>, string[], string[][], string[]]>([
  ["another release leaves the sockets open", withFile(service, "old"), [service], [], []],
  ["nothing that differs leaves the sockets open", wanted, [], [], []],
  ["only a changed socket is opened again", withFile(update, "80"), [update], [["restart", update]], []],
  // Once its service does not require it.
  [
    "a socket that the release no longer has is closed",
    withFile(admin, "9000"),
    [],
    [["stop", admin]],
    [admin],
  ],
])("%s", (_what, present, write, sockets, remove) => {
  const systemctl = [reload, enable, ...sockets, restart];
  expect(planStart(wanted, present, allActive, false)).toEqual({ write, systemctl, remove });
});

test.each<[string, string, string[][]]>([
  ["a socket that ran into its limit is reset and opened again", read, [["restart", read]]],
  ["a failed service is reset", service, []],
])("%s", (_what, failed, opened) => {
  const states = new Map([...allActive, [failed, { ActiveState: "failed" }]]);
  const steps = [["reset-failed", failed], ...opened];
  expect(planStart(wanted, wanted, states, false).systemctl).toEqual([reload, enable, ...steps, restart]);
});

test("after an attempt that was interrupted every socket is opened again", () => {
  const { systemctl } = planStart(wanted, wanted, allActive, true);
  expect(systemctl).toEqual([reload, enable, ["restart", read, update], restart]);
});

const running: UnitState = { ActiveState: "active", SubState: "running", NRestarts: "2" };
const restarting = { ActiveState: "activating", SubState: "auto-restart" };
test.each<[string, Partial<UnitState>, boolean]>([
  ["runs", {}, false],
  ["is being started", { ActiveState: "activating", SubState: "start" }, false],
  ["waits to be started again", restarting, true],
  ["ran into a limit", { ActiveState: "failed", SubState: "failed" }, true],
  ["runs again", { NRestarts: "3" }, true],
])("a service that %s: %j, has ended: %j", (_what, change, expected) => {
  expect(hasEnded({ ...running, ...change }, running)).toBe(expected);
});

test("a service that was already down has ended, too", () => {
  const down = { ...running, ...restarting };
  expect(hasEnded(down, down)).toBe(true);
});

test.each<[string, ProcessExit | undefined]>([
  ["exited with code 7", { EXIT_CODE: "exited", EXIT_STATUS: "7" }],
  ["was killed by SIGKILL", { EXIT_CODE: "killed", EXIT_STATUS: "9" }],
  ["was killed by SIGSEGV", { EXIT_CODE: "dumped", EXIT_STATUS: "11" }],
  ["was killed by signal 64", { EXIT_CODE: "killed", EXIT_STATUS: "64" }],
  ["ended, and the journal tells of no error", undefined],
])("a process %s", (expected, exit) => {
  expect(endOf(exit)).toBe(expected);
});

test("systemctl shows a block per unit", () => {
  expect(parseStates("ActiveState=active\nDescription=a=b\n\nActiveState=inactive\nDescription=\n")).toEqual([
    { ActiveState: "active", Description: "a=b" },
    { ActiveState: "inactive", Description: "" },
  ]);
});
