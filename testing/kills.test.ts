import { spawn } from "node:child_process";
import { killed, unexplained } from "./kills";
import type { Sent } from "./load";

const sent = (begin: number, end: number, outcome: string): Sent => ({
  request: "GET /",
  begin,
  end,
  outcome,
});

test("only a kill explains a lost request in flight, and an answer as late as a receiver's time-out while the process is away", () => {
  const kills = [
    { begin: 100, end: 110, back: 150 },
    { begin: 200, end: 210, back: 300 },
  ];
  const late = [
    sent(50, 99, "502"),
    sent(111, 150, "reset"),
    sent(211, 212, "silent"),
    sent(211, 810, "502"),
    sent(301, 999, "502"),
  ];
  const inFlight = [sent(50, 100, "502"), sent(110, 150, "reset"), sent(0, 999, "silent")];
  const gaveUp = [sent(211, 811, "502"), sent(300, 900, "502")];
  const answered = [sent(111, 150, "200")];
  expect(unexplained([...late, ...inFlight, ...gaveUp, ...answered], kills)).toEqual(late);
});

test("a kill lasts until the process is gone", async () => {
  const child = spawn("sleep", ["1000"]);
  const { begin, end } = await killed(child.pid ?? 0);
  expect(end).toBeGreaterThan(begin);
  expect(child.signalCode).toBe("SIGKILL");
});
