import { once } from "node:events";
import type net from "node:net";
import fc from "fast-check";
import { FakeClock } from "../../../testing/fake-clock";
import type { Connection, Router } from "../../network/router";
import { keepAliveAgent, listenRaw, loopback } from "../../../testing/servers";
import { cleanUp, onCleanUp } from "../../../testing/clean-up";
import { TargetGroup, type HealthCheckSettings, type TargetHealthDescription } from "./target-group";

afterEach(cleanUp);

const healthCheck: HealthCheckSettings = {
  path: "/health",
  port: "traffic-port",
  intervalSeconds: 10,
  timeoutSeconds: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: "200",
};

const interval = 10_000;
const delay = 30_000;

function groupOf(settings: Partial<HealthCheckSettings> = {}) {
  const clock = new FakeClock();
  const group = new TargetGroup(clock, {
    healthCheck: { ...healthCheck, ...settings },
    deregistrationDelaySeconds: delay / 1000,
  });
  onCleanUp(() => {
    group.stop();
  });
  const changes: string[] = [];
  group.on("change", ({ target, targetHealth: { state, reason } }) => {
    changes.push([target.id, state, ...(reason ? [reason] : [])].join(" "));
  });
  return { clock, group, changes };
}

/** A target's server, which answers by `status` and tells when a check of it is over. */
async function service(status: () => number | undefined = () => 200) {
  const paths: string[] = [];
  // Connections are left for the checks to close: only then is a result counted.
  const { port, server, sockets } = await listenRaw((socket, request) => {
    paths.push(request.split(" ")[1] ?? "");
    const code = status();
    if (code !== undefined) socket.write(`HTTP/1.1 ${code} X\r\nContent-Length: 0\r\n\r\n`);
  });
  const agent = keepAliveAgent();
  const reach: Router = () => ({ outcome: "open", agent, host: loopback, port });
  /** Call before the check begins. */
  const checked = async () => {
    const [socket] = (await once(server, "connection")) as [net.Socket];
    await once(socket, "close");
  };
  return { reach, checked, paths, sockets, server };
}

const refused: Router = () => ({ outcome: "refused" });
const one = { id: "i-1", address: "10.0.2.10", port: 8080 };
const two = { id: "i-2", address: "10.0.2.11", port: 8080 };

function states(targets: TargetHealthDescription[]): string {
  return targets.map(({ target, targetHealth }) => `${target.id} ${targetHealth.state}`).join(", ");
}

const are = (expected: string) => (targets: TargetHealthDescription[]) => states(targets) === expected;

describe("a target", () => {
  test("goes from unused through registration and its first check to healthy", async () => {
    const { clock, group, changes } = groupOf();
    const { reach } = await service();
    group.register(one);
    expect(states(group.describe())).toBe("i-1 unused");
    clock.advance(interval);
    group.use([reach]);
    expect(changes).toEqual(["i-1 initial Elb.RegistrationInProgress"]);
    clock.advance(0);
    await group.until(are("i-1 healthy"));
    expect(changes).toEqual([
      "i-1 initial Elb.RegistrationInProgress",
      "i-1 initial Elb.InitialHealthChecking",
      "i-1 healthy",
    ]);
    expect(group.describe()).toEqual([
      { target: { id: "i-1", port: 8080 }, healthCheckPort: "8080", targetHealth: { state: "healthy" } },
    ]);
  });

  test("leaves and returns by the thresholds, one check an interval", async () => {
    const { clock, group, changes } = groupOf();
    let status = 200;
    const { reach, checked, paths } = await service(() => status);
    group.use([reach]);
    group.register(one);
    const checks = async (count: number, answered: number) => {
      status = answered;
      for (let i = 0; i < count; i++) {
        const over = checked();
        clock.advance(clock.now() === 0 && paths.length === 0 ? 0 : interval);
        await over;
      }
    };
    await checks(1, 200);
    changes.splice(0);
    await checks(1, 500);
    expect(changes).toEqual([]);
    await checks(1, 503);
    expect(changes).toEqual(["i-1 unhealthy Target.ResponseCodeMismatch"]);
    expect(group.describe()[0]?.targetHealth.description).toBe(
      "Health checks failed with these codes: [503]",
    );
    await checks(1, 200);
    expect(changes).toHaveLength(1);
    await checks(1, 200);
    expect(changes).toEqual(["i-1 unhealthy Target.ResponseCodeMismatch", "i-1 healthy"]);
    expect(paths).toEqual(Array(5).fill("/health"));
  });

  test("is checked at the port that the health check names", async () => {
    const { clock, group } = groupOf({ port: 9000 });
    const { reach } = await service();
    const asked = jest.fn(reach);
    group.use([asked]);
    group.register(one);
    clock.advance(0);
    await group.until(are("i-1 healthy"));
    expect(asked.mock.calls).toEqual([[{ address: "10.0.2.10", port: 9000 }]]);
    expect(group.describe()[0]?.healthCheckPort).toBe("9000");
  });

  test("is checked from every node, and healthy only where all reach it", async () => {
    const { clock, group, changes } = groupOf();
    const { reach } = await service();
    let second = refused;
    group.use([reach, to => second(to)]);
    group.register(one);
    clock.advance(interval);
    await group.until(are("i-1 unhealthy"));
    expect(changes).toContain("i-1 unhealthy Target.FailedHealthChecks");
    second = reach;
    clock.advance(2 * interval);
    await group.until(are("i-1 healthy"));
  });

  test("that is silent longer than an interval is checked on, and found unhealthy by its time-outs", async () => {
    const { clock, group, changes } = groupOf({ timeoutSeconds: 0.05 });
    const { reach, paths } = await service(() => undefined);
    group.use([reach]);
    group.register(one);
    clock.advance(3 * interval);
    await group.until(are("i-1 unhealthy"));
    expect(changes.at(-1)).toBe("i-1 unhealthy Target.Timeout");
    expect(paths).toHaveLength(4);
  });

  test("isn't judged by a check that a later one has overtaken", async () => {
    const { clock, group, changes } = groupOf({ unhealthyThreshold: 1 });
    const answer = (code: number) => `HTTP/1.1 ${code} X\r\nContent-Length: 0\r\n\r\n`;
    const held: net.Socket[] = [];
    const target = await listenRaw(socket => {
      if (held.length === 0) held.push(socket);
      else socket.write(answer(200));
    });
    const agent = keepAliveAgent();
    group.use([() => ({ outcome: "open", agent, host: loopback, port: target.port })]);
    group.register(one);
    clock.advance(0);
    const [slow] = (await once(target.server, "connection")) as [net.Socket];
    await once(slow, "data");
    clock.advance(interval);
    await group.until(are("i-1 healthy"));
    slow.write(answer(500));
    await once(slow, "close");
    expect(changes.at(-1)).toBe("i-1 healthy");
  });

  test("is unused when the group is, and unchecked", async () => {
    const { clock, group, changes } = groupOf();
    const { reach, paths } = await service();
    group.use([reach]);
    group.register(one);
    clock.advance(0);
    await group.until(are("i-1 healthy"));
    group.use([]);
    expect(changes.at(-1)).toBe("i-1 unused Target.NotInUse");
    expect(clock.pending).toBe(0);
    clock.advance(interval);
    expect(paths).toHaveLength(1);
    expect(group.pick()).toBeUndefined();
  });

  test("that is registered twice goes on as it was", async () => {
    const { clock, group, changes } = groupOf();
    const { reach } = await service();
    group.use([reach]);
    group.register(one);
    clock.advance(0);
    await group.until(are("i-1 healthy"));
    group.register({ ...one });
    expect(changes.at(-1)).toBe("i-1 healthy");
  });

  test("that is registered at another address starts anew, and its requests end", () => {
    const { group, clock } = groupOf();
    group.use([refused]);
    group.register(one);
    const picked = group.pick();
    group.register({ ...one, address: "10.0.2.99" });
    expect(picked?.signal.aborted).toBe(true);
    expect(group.pick()?.target.address).toBe("10.0.2.99");
    expect(group.describe()).toHaveLength(1);
    expect(clock.pending).toBe(2);
  });

  test("that nobody knows is described as not registered", () => {
    const { group } = groupOf();
    expect(group.describe([{ id: "i-9", port: 80 }])).toEqual([
      {
        target: { id: "i-9", port: 80 },
        healthCheckPort: "80",
        targetHealth: {
          state: "unused",
          reason: "Target.NotRegistered",
          description: "Target is not registered to the target group",
        },
      },
    ]);
  });
});

describe("changed settings", () => {
  test("count from the next check on, and targets keep their health", async () => {
    const { clock, group, changes } = groupOf();
    const { reach, paths, checked } = await service(() => 204);
    group.use([reach]);
    group.register(one);
    clock.advance(interval);
    await group.until(are("i-1 unhealthy"));
    group.configure({
      healthCheck: {
        ...healthCheck,
        path: "/new",
        matcher: "200-299",
        healthyThreshold: 3,
        intervalSeconds: 20,
      },
      deregistrationDelaySeconds: 0,
    });
    expect(states(group.describe())).toBe("i-1 unhealthy");
    for (const wait of [0, 20_000, 20_000]) {
      const over = checked();
      clock.advance(wait);
      await over;
    }
    expect(changes.at(-1)).toBe("i-1 healthy");
    expect(paths).toEqual(["/health", "/health", "/new", "/new", "/new"]);
    void group.deregister("i-1");
    clock.advance(0);
    expect(group.describe()).toEqual([]);
  });

  test("end the checks under way, which don't count", async () => {
    const strict = { ...healthCheck, unhealthyThreshold: 1 };
    const { clock, group, changes } = groupOf(strict);
    let answering = false;
    const { reach, server, checked } = await service(() => (answering ? 200 : undefined));
    group.use([reach]);
    group.register(one);
    const over = checked();
    clock.advance(0);
    await once(server, "connection");
    group.configure({ healthCheck: strict, deregistrationDelaySeconds: 0 });
    await over;
    answering = true;
    clock.advance(0);
    await group.until(are("i-1 healthy"));
    expect(changes).not.toContain("i-1 unhealthy Target.FailedHealthChecks");
  });

  test.each([
    [{ path: "health" }, 'health check path "health": expected /path or /path?query'],
    [{ path: "/a b" }, 'health check path "/a b": expected /path or /path?query'],
    [{ matcher: "ok" }, 'health check matcher "ok": expected codes such as "200", "200,202" or "200-299"'],
  ])("%p are refused, and change nothing", async (wrong, message) => {
    expect(() => groupOf(wrong)).toThrow(message);
    const { clock, group } = groupOf();
    const { reach, paths } = await service();
    group.use([reach]);
    group.register(one);
    const settings = { healthCheck: { ...healthCheck, ...wrong }, deregistrationDelaySeconds: 1 };
    expect(() => {
      group.configure(settings);
    }).toThrow(message);
    clock.advance(0);
    await group.until(are("i-1 healthy"));
    expect(paths).toEqual(["/health"]);
  });
});

describe("the next target", () => {
  const pickAll = (group: TargetGroup, count: number) =>
    Array.from({ length: count }, () => {
      const picked = group.pick();
      picked?.done();
      return picked?.target.id;
    });

  test("is none where none is registered", () => {
    const { group } = groupOf();
    group.use([refused]);
    expect(group.pick()).toBeUndefined();
  });

  test("is one of the healthy ones in turn", async () => {
    const { clock, group } = groupOf();
    const { reach } = await service();
    group.use([to => (to.address === two.address ? { outcome: "refused" } : reach(to))]);
    group.register(one);
    group.register(two);
    group.register({ id: "i-3", address: "10.0.2.12", port: 8080 });
    clock.advance(interval);
    await group.until(are("i-1 healthy, i-2 unhealthy, i-3 healthy"));
    expect(pickAll(group, 4)).toEqual(["i-1", "i-3", "i-1", "i-3"]);
  });

  test("is any registered one where none is healthy: the load balancer fails open", async () => {
    const { clock, group } = groupOf();
    group.use([refused]);
    group.register(one);
    group.register(two);
    expect(pickAll(group, 2)).toEqual(["i-1", "i-2"]);
    clock.advance(interval);
    await group.until(are("i-1 unhealthy, i-2 unhealthy"));
    expect(pickAll(group, 3)).toEqual(["i-1", "i-2", "i-1"]);
    void group.deregister("i-1");
    expect(pickAll(group, 2)).toEqual(["i-2", "i-2"]);
    void group.deregister("i-2");
    expect(group.pick()).toBeUndefined();
  });

  test("comes round fairly: while the targets stay the same, none is two turns ahead of another", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ picks: fc.integer({ min: 1, max: 20 }) }) },
      { weight: 1, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 5 }) }) },
      { weight: 1, arbitrary: fc.record({ remove: fc.integer({ min: 0, max: 5 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step), steps => {
        const group = new TargetGroup(new FakeClock(), { healthCheck, deregistrationDelaySeconds: 300 });
        group.use([refused]);
        const registered = new Set<string>();
        let turns = new Map<string, number>();
        for (const step of steps) {
          if ("picks" in step) {
            for (const id of pickAll(group, step.picks))
              if (id !== undefined) turns.set(id, (turns.get(id) ?? 0) + 1);
            const counts = [...registered].map(id => turns.get(id) ?? 0);
            expect(Math.max(...counts, 0) - Math.min(...counts)).toBeLessThanOrEqual(1);
            expect([...turns.keys()].filter(id => !registered.has(id))).toEqual([]);
            continue;
          }
          turns = new Map();
          if ("add" in step) {
            group.register({ id: `i-${step.add}`, address: `10.0.2.${step.add}`, port: 8080 });
            registered.add(`i-${step.add}`);
          } else {
            void group.deregister(`i-${step.remove}`);
            registered.delete(`i-${step.remove}`);
          }
        }
        group.stop();
      }),
    );
  });
});

describe("a target whose instance has ended", () => {
  test("stays registered, unused, and gets no request and no check", async () => {
    const { clock, group, changes } = groupOf();
    const { reach, paths } = await service();
    group.use([reach]);
    group.register(one);
    group.register(two);
    clock.advance(0);
    await group.until(are("i-1 healthy, i-2 healthy"));
    const picked = [group.pick(), group.pick()].find(each => each?.target.id === "i-1");
    group.instanceEnded("i-1");
    expect(picked?.signal.aborted).toBe(true);
    expect(changes.at(-1)).toBe("i-1 unused Target.InvalidState");
    expect([group.pick(), group.pick()].map(each => each?.target.id)).toEqual(["i-2", "i-2"]);
    group.instanceEnded("i-2");
    const checks = paths.length;
    group.use([]);
    group.use([reach]);
    clock.advance(10 * interval);
    expect(clock.pending).toBe(0);
    expect(paths).toHaveLength(checks);
    expect(group.pick()).toBeUndefined();
    expect(states(group.describe())).toBe("i-1 unused, i-2 unused");
  });

  test("goes on draining where it was", () => {
    const { group } = groupOf();
    group.use([refused]);
    group.register(one);
    void group.deregister("i-1");
    group.instanceEnded("i-1");
    expect(states(group.describe())).toBe("i-1 draining");
  });
});

describe("a target that is deregistered", () => {
  function registered() {
    const made = groupOf();
    made.group.use([refused]);
    made.group.register(one);
    made.changes.splice(0);
    return made;
  }

  test("with no request in flight is out at once, but shows as draining until the delay has elapsed", async () => {
    const { clock, group, changes } = registered();
    await group.deregister("i-1");
    expect(group.describe()[0]?.targetHealth).toEqual({
      state: "draining",
      reason: "Target.DeregistrationInProgress",
      description: "Target deregistration is in progress",
    });
    clock.advance(delay - 1);
    expect(changes).toEqual(["i-1 draining Target.DeregistrationInProgress"]);
    clock.advance(1);
    expect(changes).toEqual([
      "i-1 draining Target.DeregistrationInProgress",
      "i-1 unused Target.NotRegistered",
    ]);
    expect(group.describe()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("waits for its requests in flight", async () => {
    const { group } = registered();
    const [first, second] = [group.pick(), group.pick()];
    let out = false;
    const deregistered = group.deregister("i-1").then(() => (out = true));
    first?.done();
    await Promise.resolve();
    expect(out).toBe(false);
    second?.done();
    await deregistered;
    expect(second?.signal.aborted).toBe(false);
  });

  test("ends the requests that are in flight when the delay has elapsed", async () => {
    const { clock, group } = registered();
    const picked = group.pick();
    const deregistered = group.deregister("i-1");
    clock.advance(delay - 1);
    expect(picked?.signal.aborted).toBe(false);
    clock.advance(1);
    expect(picked?.signal.aborted).toBe(true);
    await deregistered;
  });

  test("drains once, however often it is deregistered", async () => {
    const { clock, group } = registered();
    group.pick();
    const first = group.deregister("i-1");
    clock.advance(delay / 2);
    const second = group.deregister("i-1");
    clock.advance(delay / 2);
    await Promise.all([first, second]);
    expect(group.describe()).toEqual([]);
  });

  test("and registered again meanwhile starts anew, while its requests go on", async () => {
    const { clock, group, changes } = registered();
    const picked = group.pick();
    const deregistered = group.deregister("i-1");
    group.register(one);
    await deregistered;
    expect(changes.at(-1)).toBe("i-1 initial Elb.RegistrationInProgress");
    clock.advance(delay);
    expect(picked?.signal.aborted).toBe(false);
    expect(group.describe()).toHaveLength(1);
  });

  test("drains on when the group goes out of use", () => {
    const { clock, group, changes } = registered();
    void group.deregister("i-1");
    group.use([]);
    expect(changes.at(-1)).toBe("i-1 draining Target.DeregistrationInProgress");
    clock.advance(delay);
    expect(group.describe()).toEqual([]);
  });

  test("may be one that nobody knows", async () => {
    const { group } = groupOf();
    await expect(group.deregister("i-9")).resolves.toBeUndefined();
  });
});

test("a group that stops leaves no timer, no socket, no request and nobody waiting", async () => {
  const { clock, group } = groupOf();
  const { reach, server, sockets } = await service(() => undefined);
  group.use([reach]);
  group.register(one);
  group.register(two);
  clock.advance(0);
  await once(server, "connection");
  const picked = group.pick();
  group.pick();
  const deregistered = group.deregister("i-2");
  const waiting = group.until(are("i-1 healthy"));
  group.stop();
  expect(clock.pending).toBe(0);
  expect(picked?.signal.aborted).toBe(true);
  await expect(waiting).rejects.toThrow("aborted");
  await deregistered;
  await Promise.all([...sockets].map(socket => once(socket, "close")));
});

test("what the fabric decides counts at the next check", async () => {
  const { clock, group } = groupOf();
  const { reach } = await service();
  let now: Connection["outcome"] = "open";
  group.use([to => (now === "open" ? reach(to) : { outcome: now })]);
  group.register(one);
  clock.advance(0);
  await group.until(are("i-1 healthy"));
  now = "refused";
  clock.advance(2 * interval);
  await group.until(are("i-1 unhealthy"));
});
