/** What clients see of services that are killed: what tests/host/crashes.test.ts sees on a real host. */
import type { Host } from "../local/hosts/host";
import type { Supervisor } from "../local/hosts/supervisor";
import type { TargetHealthDescription } from "../local/services/elbv2/target-group";
import { minute } from "../local/clock";
import { crash, unexplained, type Kill } from "../testing/kills";
import { under, type Load } from "../testing/load";
import { startTestRegion, type TestRegion } from "../testing/region";

jest.setTimeout(120_000);

let region: TestRegion;
/** Targets that a health check failed. The fleet may grow: a crash loop takes CPU. */
const unhealthy: TargetHealthDescription[] = [];
beforeAll(async () => {
  region = await startTestRegion();
  for (const group of [region.targets, region.targetGroup("fleet-lb")])
    group.on("change", change => {
      if (change.targetHealth.state === "unhealthy") unhealthy.push(change);
    });
});

/** Kills the service's process several times while clients use it. */
async function crashing(service: Supervisor, times: number, load: Load) {
  const kills: Kill[] = [];
  const sent = await under(load, { through: region.internet, perSecond: 20 }, async () => {
    for (let time = 0; time < times; time++) {
      await region.passed(minute / 2);
      kills.push(await crash(service));
    }
    await region.passed(minute / 2);
  });
  expect(sent.length).toBeGreaterThan(times);
  return unexplained(sent, kills);
}

const serviceOf = (host: Host | undefined) => {
  const [service] = host?.services.values() ?? [];
  if (!service) throw new Error("the host has no service");
  return service;
};

test("a fleet instance whose process is killed ten times stays healthy, and only requests in flight fail", async () => {
  const [host] = region.fleetHosts;
  const url = region.output("fleetLoadBalancerUrl");
  expect(await crashing(serviceOf(host), 10, () => ({ url }))).toEqual([]);
  expect(region.fleetHosts).toContain(host);
  expect(unhealthy).toEqual([]);
});

test.each(["data", "receiver-1"])("receivers answer while the process of %s is killed", async host => {
  const url = region.output("receiverLoadBalancerUrl");
  const post = (num: number) => ({ url, method: "POST", body: { num } });
  const load: Load = number => (number % 2 === 0 ? { url } : post(number));
  expect(await crashing(region.service(host), 3, load)).toEqual([]);
  expect(unhealthy).toEqual([]);
});

test("a process that crashes in a loop is reported a few times only, and says all in its journal", async () => {
  const service = region.service("receiver-2");
  const before = region.events.length;
  for (let time = 0; time < 5; time++) await crash(service);
  const reports = region.events.slice(before).filter(event => event.startsWith("receiver-2: "));
  expect(reports).toEqual(["receiver-2: receiver was killed by SIGKILL; restarting"]);
  expect(
    (await service.readJournal()).match(/^the process was killed by SIGKILL; restarting$/gm),
  ).toHaveLength(5);
});
