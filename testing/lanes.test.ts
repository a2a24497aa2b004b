import { EventEmitter, once } from "node:events";
import { onCleanUp } from "./clean-up";
import { lane } from "./lanes";

describe("lanes", () => {
  const events = new EventEmitter();
  const done: string[] = [];
  const patience = 5000;

  const first = lane(() => {
    onCleanUp(() => done.push("the first lane is cleaned up"));
    return Promise.resolve("shared");
  }, patience);
  const second = lane(() => Promise.resolve(2), patience);

  first("go on together: this test waits for what the other lane does", async shared => {
    onCleanUp(() => done.push("a test is cleaned up"));
    expect(shared).toBe("shared");
    await once(events, "second lane");
    done.push("the first test ends");
  });

  first("have tests one after the other, each cleaned up before the next", () => {
    expect(done).toEqual(["the first test ends", "a test is cleaned up"]);
    return Promise.resolve();
  });

  second("end by themselves", shared => {
    expect(shared).toBe(2);
    events.emit("second lane");
    return Promise.resolve();
  });

  afterAll(() => {
    expect(done.at(-1)).toBe("the first lane is cleaned up");
  });
});
