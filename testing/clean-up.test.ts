import { EventEmitter, once } from "node:events";
import { cleanUp, inOwnScope, onCleanUp, openScope } from "./clean-up";

const done: string[] = [];
beforeEach(() => done.splice(0));

const push = (name: string) => () => done.push(name);
const fail = (name: string) => () => {
  done.push(name);
  return Promise.reject(new Error(name));
};

test("the latest comes first, and each runs once", async () => {
  onCleanUp(push("first"));
  onCleanUp(push("second"));
  await cleanUp();
  await cleanUp();
  expect(done).toEqual(["second", "first"]);
});

test("a failure is reported, and keeps nothing else from running", async () => {
  onCleanUp(push("first"));
  onCleanUp(fail("second"));
  await expect(cleanUp()).rejects.toThrow("second");
  expect(done).toEqual(["second", "first"]);
});

test("several failures are reported together", async () => {
  onCleanUp(fail("first"));
  onCleanUp(fail("second"));
  await expect(cleanUp()).rejects.toMatchObject({ errors: [new Error("second"), new Error("first")] });
});

test("what a clean-up registers runs as well", async () => {
  onCleanUp(() => onCleanUp(push("registered later")));
  await cleanUp();
  expect(done).toEqual(["registered later"]);
});

test("a scope leaves alone what was registered before it", async () => {
  onCleanUp(push("outside"));
  openScope();
  onCleanUp(push("inside"));
  await cleanUp();
  expect(done).toEqual(["inside"]);
  await cleanUp();
  expect(done).toEqual(["inside", "outside"]);
});

describe("beside the tests", () => {
  test("what is registered runs when its work is over, whichever scope is open then", async () => {
    const finish = new EventEmitter();
    const finished = once(finish, "now");
    const work = inOwnScope(async () => {
      await finished;
      onCleanUp(push("of the work"));
      return "its result";
    });
    openScope();
    finish.emit("now");
    await expect(work).resolves.toBe("its result");
    expect(done).toEqual(["of the work"]);
    await cleanUp();
    await cleanUp();
    expect(done).toEqual(["of the work"]);
  });

  test("what work that never ends has registered runs with the scope that it began in", async () => {
    void inOwnScope(async () => {
      onCleanUp(push("of the work"));
      await once(new EventEmitter(), "never");
    });
    await cleanUp();
    expect(done).toEqual(["of the work"]);
  });
});

describe("set-up.ts", () => {
  const ended: string[] = [];
  beforeAll(() => {
    onCleanUp(() => ended.push("of beforeAll"));
  });

  test("leaves what a test registers until the test is over", () => {
    onCleanUp(() => ended.push("of a test"));
    expect(ended).toEqual([]);
  });

  test("runs it then, and leaves what beforeAll registered", () => {
    expect(ended).toEqual(["of a test"]);
  });
});
