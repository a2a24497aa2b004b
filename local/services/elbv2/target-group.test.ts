import { eventually } from "../../../testing/eventually";
import { once } from "node:events";
import type net from "node:net";
import fc from "fast-check";
import { FakeClock } from "../../../testing/fake-clock";
import type { Connection, Router } from "../../network/router";
import { allClosed, head, keepAliveAgent, listenRaw, loopback } from "../../../testing/servers";
import { onCleanUp } from "../../../testing/clean-up";
import { TargetGroup, type HealthCheckSettings, type TargetHealthDescription } from "./target-group";
import { draining, notRegistered } from "./target-health";

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
const deregistrationDelaySeconds = delay / 1000;

function groupOf(settings: Partial<HealthCheckSettings> = {}, clock = new FakeClock()) {
  const changed = { ...healthCheck, ...settings };
  const group = new TargetGroup(clock, { healthCheck: changed, port: 8080, deregistrationDelaySeconds });
  onCleanUp(() => group.stop());
  const changes: string[] = [];
  group.on("change", ({ target, targetHealth: { state, reason } }) => {
    changes.push([target.id, state, ...(reason ? [reason] : [])].join(" "));
  });
  return { clock, group, changes };
}

const response = (code: number) => head(`HTTP/1.1 ${code} X`, "Content-Length: 0");

/** A target's server, which responds with `status()`, or not at all if that is undefined. */
async function service(status: () => number | undefined = () => 200) {
  const paths: string[] = [];
  // Left for the checks to close: only then is a result final.
  const { port, server, sockets } = await listenRaw((socket, request) => {
    paths.push(request.split(" ")[1] ?? "");
    const code = status();
    if (code !== undefined) socket.write(response(code));
  });
  const agent = keepAliveAgent();
  const route: Router = () => ({ outcome: "open", agent, host: loopback, port });
  /** Resolves when the next check has finished; call before it starts. */
  const checkFinished = async () => {
    const [socket] = (await once(server, "connection")) as [net.Socket];
    await once(socket, "close");
  };
  return { route, checkFinished, paths, sockets, server };
}

const refused: Router = () => ({ outcome: "refused" });
const one = { id: "i-1", address: "10.0.2.10", port: 8080 };
const two = { id: "i-2", address: "10.0.2.11", port: 8080 };

function states(targets: TargetHealthDescription[]): string {
  return targets.map(({ target, targetHealth }) => `${target.id} ${targetHealth.state}`).join(", ");
}

/** A group in use by one node, with one target, which is not checked yet. */
async function groupWithTarget(settings?: Partial<HealthCheckSettings>, status?: () => number | undefined) {
  const [setup, target] = [groupOf(settings), await service(status)];
  setup.group.setNodes([target.route]);
  setup.group.register(one);
  return { ...setup, ...target };
}

/** A group with one healthy target. */
async function healthyTarget() {
  const setup = await groupWithTarget();
  setup.clock.advance(0);
  await setup.group.until(statesAre("i-1 healthy"));
  return setup;
}

const statesAre = (expected: string) => (targets: TargetHealthDescription[]) => states(targets) === expected;

describe("a target", () => {
  test("goes from unused through registration and its first check to healthy", async () => {
    const { clock, group, changes } = groupOf();
    const { route } = await service();
    group.register(one);
    expect(states(group.describe())).toBe("i-1 unused");
    clock.advance(interval);
    group.setNodes([route]);
    expect(changes).toEqual(["i-1 initial Elb.RegistrationInProgress"]);
    clock.advance(0);
    await group.until(statesAre("i-1 healthy"));
    const registered = "i-1 initial Elb.RegistrationInProgress";
    expect(changes).toEqual([registered, "i-1 initial Elb.InitialHealthChecking", "i-1 healthy"]);
    expect(group.describe()).toEqual([
      { target: { id: "i-1", port: 8080 }, healthCheckPort: "8080", targetHealth: { state: "healthy" } },
    ]);
  });

  test("on a fast clock is checked once a real second while it's steady, and at every interval otherwise", async () => {
    let status = 200;
    const { clock, group } = groupOf({ unhealthyThreshold: 3 }, new FakeClock(60));
    const { route, checkFinished } = await service(() => status);
    let checks = 0;
    const node: Router = (...connection) => {
      checks++;
      return route(...connection);
    };
    /** Whether the next interval brings a check. */
    const isChecked = async () => {
      const [before, finished] = [checks, checkFinished()];
      clock.advance(interval); // a sixth of a real second
      if (checks > before) await finished;
      return checks > before;
    };
    group.setNodes([node]);
    group.register(one);
    clock.advance(0);
    await group.until(statesAre("i-1 healthy"));
    status = 500;
    const checked: boolean[] = [];
    while (checked.length < 9) checked.push(await isChecked());
    expect(checked).toEqual([false, false, false, false, false, true, true, true, true]);
    expect(states(group.describe())).toBe("i-1 unhealthy");
  });

  test("becomes unhealthy and healthy again by the thresholds, with one check per interval", async () => {
    let status = 200;
    const { clock, group, changes, checkFinished, paths } = await groupWithTarget({}, () => status);
    const checks = async (count: number, response: number) => {
      status = response;
      for (let i = 0; i < count; i++) {
        const finished = checkFinished();
        clock.advance(clock.now() === 0 && paths.length === 0 ? 0 : interval);
        await finished;
      }
    };
    await checks(1, 200);
    changes.splice(0);
    await checks(1, 500);
    expect(changes).toEqual([]);
    await checks(1, 503);
    expect(changes).toEqual(["i-1 unhealthy Target.ResponseCodeMismatch"]);
    const [described] = group.describe();
    expect(described?.targetHealth.description).toBe("Health checks failed with these codes: [503]");
    await checks(1, 200);
    expect(changes).toHaveLength(1);
    await checks(1, 200);
    expect(changes).toEqual(["i-1 unhealthy Target.ResponseCodeMismatch", "i-1 healthy"]);
    expect(paths).toEqual(Array(5).fill("/health"));
  });

  test("is checked on the health check's port", async () => {
    const { clock, group } = groupOf({ port: 9000 });
    const { route } = await service();
    const node = jest.fn(route);
    group.setNodes([node]);
    group.register(one);
    clock.advance(0);
    await group.until(statesAre("i-1 healthy"));
    expect(node.mock.calls).toEqual([[{ address: "10.0.2.10", port: 9000 }, "health-check"]]);
    expect(group.describe()[0]?.healthCheckPort).toBe("9000");
  });

  test("is checked from every node, and healthy only if all reach it", async () => {
    const { clock, group, changes } = groupOf();
    const { route } = await service();
    let second = refused;
    group.setNodes([route, to => second(to)]);
    group.register(one);
    clock.advance(interval);
    await group.until(statesAre("i-1 unhealthy"));
    expect(changes).toContain("i-1 unhealthy Target.FailedHealthChecks");
    second = route;
    clock.advance(2 * interval);
    await group.until(statesAre("i-1 healthy"));
  });

  test("that is silent for longer than an interval is still checked, and becomes unhealthy by time-outs", async () => {
    const { clock, group, changes, paths } = await groupWithTarget({ timeoutSeconds: 0.5 }, () => undefined);
    clock.advance(3 * interval);
    await eventually("all four checks have arrived", () => paths.length === 4);
    await group.until(statesAre("i-1 unhealthy"));
    expect(changes.at(-1)).toBe("i-1 unhealthy Target.Timeout");
    expect(paths).toHaveLength(4);
  });

  test("ignores a check that a later one has overtaken", async () => {
    const { clock, group, changes } = groupOf({ unhealthyThreshold: 1 });
    const held: net.Socket[] = [];
    const target = await listenRaw(socket => {
      if (held.length === 0) held.push(socket);
      else socket.write(response(200));
    });
    const agent = keepAliveAgent();
    group.setNodes([() => ({ outcome: "open", agent, host: loopback, port: target.port })]);
    group.register(one);
    clock.advance(0);
    const [slow] = (await once(target.server, "connection")) as [net.Socket];
    await once(slow, "data");
    clock.advance(interval);
    await group.until(statesAre("i-1 healthy"));
    slow.write(response(500));
    await once(slow, "close");
    expect(changes.at(-1)).toBe("i-1 healthy");
  });

  test("is unused and unchecked while the group is unused", async () => {
    const { clock, group, changes, paths } = await healthyTarget();
    group.setNodes([]);
    expect(changes.at(-1)).toBe("i-1 unused Target.NotInUse");
    expect(clock.pending).toBe(0);
    clock.advance(interval);
    expect(paths).toHaveLength(1);
    expect(group.pick()).toBeUndefined();
  });

  test("stays as it is when registered again", async () => {
    const { group, changes } = await healthyTarget();
    group.register({ ...one });
    expect(changes.at(-1)).toBe("i-1 healthy");
  });

  test("starts over when registered with another address, and its requests end", () => {
    const { group, clock } = groupOf();
    group.setNodes([refused]);
    group.register(one);
    const picked = group.pick();
    group.register({ ...one, address: "10.0.2.99" });
    expect(picked?.signal.aborted).toBe(true);
    expect(group.pick()?.target.address).toBe("10.0.2.99");
    expect(group.describe()).toHaveLength(1);
    expect(clock.pending).toBe(2);
  });

  test("that is unknown is described as not registered", () => {
    const { group } = groupOf();
    const target = { id: "i-9", port: 80 };
    const { targetHealth } = notRegistered;
    expect(group.describe([target])).toEqual([{ target, healthCheckPort: "80", targetHealth }]);
  });
});

describe("changed settings", () => {
  test("apply from the next check on, and targets keep their health", async () => {
    const { clock, group, changes, paths, checkFinished } = await groupWithTarget({}, () => 204);
    clock.advance(interval);
    await group.until(statesAre("i-1 unhealthy"));
    const changed = { path: "/new", matcher: "200-299", healthyThreshold: 3, intervalSeconds: 20 };
    group.configure({
      healthCheck: { ...healthCheck, ...changed },
      port: 8080,
      deregistrationDelaySeconds: 0,
    });
    expect(states(group.describe())).toBe("i-1 unhealthy");
    for (const wait of [0, 20_000, 20_000]) {
      const finished = checkFinished();
      clock.advance(wait);
      await finished;
    }
    expect(changes.at(-1)).toBe("i-1 healthy");
    expect(paths).toEqual(["/health", "/health", "/new", "/new", "/new"]);
    void group.deregister({ id: "i-1" });
    clock.advance(0);
    expect(group.describe()).toEqual([]);
  });

  test("abort checks in progress, which don't count", async () => {
    const strict = { ...healthCheck, unhealthyThreshold: 1 };
    let isResponding = false;
    const status = () => (isResponding ? 200 : undefined);
    const { clock, group, changes, server, checkFinished } = await groupWithTarget(strict, status);
    const finished = checkFinished();
    clock.advance(0);
    await once(server, "connection");
    group.configure({ healthCheck: strict, port: 8080, deregistrationDelaySeconds: 0 });
    await finished;
    isResponding = true;
    clock.advance(0);
    await group.until(statesAre("i-1 healthy"));
    expect(changes).not.toContain("i-1 unhealthy Target.FailedHealthChecks");
  });

  test.each([
    [{ path: "health" }, 'health check path "health": expected /path or /path?query'],
    [{ path: "/a b" }, 'health check path "/a b": expected /path or /path?query'],
    [{ matcher: "ok" }, 'health check matcher "ok": expected codes such as "200", "200,202" or "200-299"'],
  ])("%p are rejected, and change nothing", async (invalid, message) => {
    expect(() => groupOf(invalid)).toThrow(message);
    const { clock, group, paths } = await groupWithTarget();
    const settings = {
      healthCheck: { ...healthCheck, ...invalid },
      port: 8080,
      deregistrationDelaySeconds: 1,
    };
    expect(() => group.configure(settings)).toThrow(message);
    clock.advance(0);
    await group.until(statesAre("i-1 healthy"));
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

  test("is undefined if none is registered", () => {
    const { group } = groupOf();
    group.setNodes([refused]);
    expect(group.pick()).toBeUndefined();
  });

  test("is each healthy one in turn", async () => {
    const { clock, group } = groupOf();
    const { route } = await service();
    group.setNodes([to => (to.address === two.address ? { outcome: "refused" } : route(to))]);
    group.register(one);
    group.register(two);
    group.register({ id: "i-3", address: "10.0.2.12", port: 8080 });
    clock.advance(interval);
    await group.until(statesAre("i-1 healthy, i-2 unhealthy, i-3 healthy"));
    expect(pickAll(group, 4)).toEqual(["i-1", "i-3", "i-1", "i-3"]);
  });

  test("is any registered one if none is healthy: the load balancer fails open", async () => {
    const { clock, group } = groupOf();
    group.setNodes([refused]);
    group.register(one);
    group.register(two);
    expect(pickAll(group, 2)).toEqual(["i-1", "i-2"]);
    clock.advance(interval);
    await group.until(statesAre("i-1 unhealthy, i-2 unhealthy"));
    expect(pickAll(group, 3)).toEqual(["i-1", "i-2", "i-1"]);
    void group.deregister({ id: "i-1" });
    expect(pickAll(group, 2)).toEqual(["i-2", "i-2"]);
    void group.deregister({ id: "i-2" });
    expect(group.pick()).toBeUndefined();
  });

  test("rotates fairly: while the targets stay the same, none is two turns ahead of another", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ picks: fc.integer({ min: 1, max: 20 }) }) },
      { weight: 1, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 5 }) }) },
      { weight: 1, arbitrary: fc.record({ remove: fc.integer({ min: 0, max: 5 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step), steps => {
        const group = new TargetGroup(new FakeClock(), {
          healthCheck,
          port: 8080,
          deregistrationDelaySeconds: 300,
        });
        group.setNodes([refused]);
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
            void group.deregister({ id: `i-${step.remove}` });
            registered.delete(`i-${step.remove}`);
          }
        }
        group.stop();
      }),
    );
  });
});

describe("a target whose instance has terminated", () => {
  test("stays registered but unused, and gets no requests or checks", async () => {
    const { clock, group, changes, route, paths } = await groupWithTarget();
    group.register(two);
    clock.advance(0);
    await group.until(statesAre("i-1 healthy, i-2 healthy"));
    const picked = [group.pick(), group.pick()].find(each => each?.target.id === "i-1");
    group.instanceEnded("i-1", "terminated");
    expect(picked?.signal.aborted).toBe(true);
    expect(changes.at(-1)).toBe("i-1 unused Target.InvalidState");
    expect([group.pick(), group.pick()].map(each => each?.target.id)).toEqual(["i-2", "i-2"]);
    group.instanceEnded("i-2", "terminated");
    const checks = paths.length;
    group.setNodes([]);
    group.setNodes([route]);
    clock.advance(10 * interval);
    expect(clock.pending).toBe(0);
    expect(paths).toHaveLength(checks);
    expect(group.pick()).toBeUndefined();
    expect(states(group.describe())).toBe("i-1 unused, i-2 unused");
  });

  test("keeps draining if it was", () => {
    const { group } = groupOf();
    group.setNodes([refused]);
    group.register(one);
    void group.deregister({ id: "i-1" });
    group.instanceEnded("i-1", "terminated");
    expect(states(group.describe())).toBe("i-1 draining");
  });
});

describe("a deregistered target", () => {
  function registered() {
    const setup = groupOf();
    setup.group.setNodes([refused]);
    setup.group.register(one);
    setup.changes.splice(0);
    return setup;
  }

  test("without requests in flight is deregistered at once, but shows as draining until the delay elapses", async () => {
    const { clock, group, changes } = registered();
    await group.deregister({ id: "i-1" });
    expect(group.describe()[0]?.targetHealth).toEqual(draining.targetHealth);
    clock.advance(delay - 1);
    const drains = "i-1 draining Target.DeregistrationInProgress";
    expect(changes).toEqual([drains]);
    clock.advance(1);
    expect(changes).toEqual([drains, "i-1 unused Target.NotRegistered"]);
    expect(group.describe()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("waits for its requests in flight", async () => {
    const { group } = registered();
    const [first, second] = [group.pick(), group.pick()];
    let isDeregistered = false;
    const deregistered = group.deregister({ id: "i-1" }).then(() => (isDeregistered = true));
    first?.done();
    await Promise.resolve();
    expect(isDeregistered).toBe(false);
    second?.done();
    await deregistered;
    expect(second?.signal.aborted).toBe(false);
  });

  test("aborts requests still in flight when the delay elapses", async () => {
    const { clock, group } = registered();
    const picked = group.pick();
    const deregistered = group.deregister({ id: "i-1" });
    clock.advance(delay - 1);
    expect(picked?.signal.aborted).toBe(false);
    clock.advance(1);
    expect(picked?.signal.aborted).toBe(true);
    await deregistered;
  });

  test("drains once even if deregistered twice", async () => {
    const { clock, group } = registered();
    group.pick();
    const first = group.deregister({ id: "i-1" });
    clock.advance(delay / 2);
    const second = group.deregister({ id: "i-1" });
    clock.advance(delay / 2);
    await Promise.all([first, second]);
    expect(group.describe()).toEqual([]);
  });

  test("starts over when registered again, while its requests continue", async () => {
    const { clock, group, changes } = registered();
    const picked = group.pick();
    const deregistered = group.deregister({ id: "i-1" });
    group.register(one);
    await deregistered;
    expect(changes.at(-1)).toBe("i-1 initial Elb.RegistrationInProgress");
    clock.advance(delay);
    expect(picked?.signal.aborted).toBe(false);
    expect(group.describe()).toHaveLength(1);
  });

  test("keeps draining when the group becomes unused", () => {
    const { clock, group, changes } = registered();
    void group.deregister({ id: "i-1" });
    group.setNodes([]);
    expect(changes.at(-1)).toBe("i-1 draining Target.DeregistrationInProgress");
    clock.advance(delay);
    expect(group.describe()).toEqual([]);
  });

  test("may be unknown", async () => {
    const { group } = groupOf();
    await expect(group.deregister({ id: "i-9" })).resolves.toBeUndefined();
  });
});

test("a stopped group leaves no timer, socket, request or waiting caller behind", async () => {
  const { clock, group, server, sockets } = await groupWithTarget({}, () => undefined);
  group.register(two);
  clock.advance(0);
  await once(server, "connection");
  const picked = group.pick();
  group.pick();
  const deregistered = group.deregister({ id: "i-2" });
  const waiting = group.until(statesAre("i-1 healthy"));
  group.stop();
  expect(clock.pending).toBe(0);
  expect(picked?.signal.aborted).toBe(true);
  await expect(waiting).rejects.toThrow("aborted");
  await deregistered;
  await allClosed(sockets);
});

test("a changed route counts at the next check", async () => {
  const { clock, group } = groupOf();
  const { route } = await service();
  let outcome: Connection["outcome"] = "open";
  group.setNodes([to => (outcome === "open" ? route(to) : { outcome })]);
  group.register(one);
  clock.advance(0);
  await group.until(statesAre("i-1 healthy"));
  outcome = "refused";
  clock.advance(2 * interval);
  await group.until(statesAre("i-1 unhealthy"));
});
