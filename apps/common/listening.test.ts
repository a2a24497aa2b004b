import { inheritedSockets, portVariable } from "./listening";

describe("inheritedSockets", () => {
  const inherited = (environment: NodeJS.ProcessEnv) => Object.fromEntries(inheritedSockets(environment, 42));

  test("are told apart by name, counted from descriptor 3", () => {
    expect(inherited({ LISTEN_PID: "42", LISTEN_FDS: "2", LISTEN_FDNAMES: "update:read" })).toEqual({
      update: 3,
      read: 4,
    });
  });

  test.each([
    ["meant for another process", { LISTEN_PID: "41", LISTEN_FDS: "1", LISTEN_FDNAMES: "read" }],
    ["not there", {}],
    ["counted as none", { LISTEN_PID: "42", LISTEN_FDS: "0", LISTEN_FDNAMES: "read" }],
    ["not counted", { LISTEN_PID: "42", LISTEN_FDNAMES: "read" }],
  ])("are none when they are %s", (_case, environment) => {
    expect(inherited(environment)).toEqual({});
  });

  test("are no more than were passed", () => {
    expect(inherited({ LISTEN_PID: "42", LISTEN_FDS: "1", LISTEN_FDNAMES: "read:update" })).toEqual({
      read: 3,
    });
  });
});

test("a port's variable has the socket's name in upper case", () => {
  expect(portVariable("read")).toBe("PORT_READ");
});
