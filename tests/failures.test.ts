/** What clients see while something is broken, and that it recovers by itself. */
import type { TargetHealthDescription } from "../local/services/elbv2/target-group";
import { answerTo, type Answer, type Request } from "../testing/client";
import { startTestRegion, type TestRegion } from "../testing/region";
import { eventually } from "../testing/eventually";

let region: TestRegion;
beforeAll(async () => {
  region = await startTestRegion();
});

function throughLoadBalancer(request: Request = {}): Promise<Answer> {
  return answerTo(region.output("receiverLoadBalancerUrl"), { through: region.internet, ...request });
}

/** Every change of a target's health while `work` is done, as "receiver-1: unhealthy: REASON". */
async function changesDuring(work: () => Promise<void>): Promise<string[]> {
  const changes: string[] = [];
  const note = (change: TargetHealthDescription) => {
    changes.push(...Object.entries(region.health([change])).map(([name, health]) => `${name}: ${health}`));
  };
  region.targets.on("change", note);
  try {
    await work();
  } finally {
    region.targets.off("change", note);
  }
  return changes;
}

function pidOf(host: string): number {
  const { pid } = region.service(host);
  if (pid === undefined) throw new Error(`no service runs on ${host}`);
  return pid;
}

describe("a receiver that is killed", () => {
  /** Who answered through the load balancer: a receiver's name, or the load balancer itself. */
  async function whoAnswers(): Promise<string> {
    const { status, json, headers } = await throughLoadBalancer();
    if (status !== 200) return `${status} by ${String(headers.server)}`;
    const { server_ip_address: address } = json as { server_ip_address: string };
    const names = ["receiver-1", "receiver-2"];
    return names.find(name => region.addresses(name).publicIp === address) ?? address;
  }

  /** Answers to requests that began and ended while receiver-1 was as wanted, until it is otherwise. */
  async function answersWhile(wanted: boolean): Promise<string[]> {
    const answers: string[] = [];
    const isHealthy = () => region.health()["receiver-1"] === "healthy";
    while (isHealthy() === wanted) {
      const answer = await whoAnswers();
      if (isHealthy() === wanted) answers.push(answer);
    }
    return answers;
  }

  test("costs its share of requests until it has failed its health checks, then none, and recovers by itself", async () => {
    expect(region.health()).toEqual({ "receiver-1": "healthy", "receiver-2": "healthy" });
    const pid = pidOf("receiver-1");
    let atOnce: string[] = [];
    let untilFailed: string[] = [];
    let untilBack: string[] = [];
    const changes = await changesDuring(async () => {
      process.kill(pid, "SIGKILL");
      await eventually("its port is closed", () => region.service("receiver-1").sockets.size === 0);
      // At once, because on a busy machine its health checks have failed before a second request is answered.
      atOnce = await Promise.all([whoAnswers(), whoAnswers(), whoAnswers(), whoAnswers()]);
      untilFailed = await answersWhile(true);
      untilBack = await answersWhile(false);
    });

    // Round robin: every second request is lost, and no other.
    const [lost, answered] = ["502 by awselb/2.0", "receiver-2"];
    expect(atOnce.sort()).toEqual([lost, lost, answered, answered]);
    expect([lost, answered]).toEqual(expect.arrayContaining(untilFailed));
    expect(untilFailed).toEqual(untilFailed.map((_, index) => untilFailed[index % 2]));
    expect(new Set(untilBack)).toEqual(new Set(["receiver-2"]));
    expect(changes).toEqual(["receiver-1: unhealthy: Target.FailedHealthChecks", "receiver-1: healthy"]);
    expect(pidOf("receiver-1")).not.toBe(pid);
    expect([await whoAnswers(), await whoAnswers()].sort()).toEqual(["receiver-1", "receiver-2"]);
  });
});

describe("without data-access, receivers say so within two seconds and stay in service", () => {
  const faults = [
    {
      fault: "stopped",
      begin: () => region.service("data").stop(),
      end: async () => {
        const { unit } = region.service("data").options;
        await region.host("data").start(unit);
        await region.host("data").healthy(unit, AbortSignal.timeout(10_000));
      },
    },
    {
      fault: "hanging",
      begin: () => {
        process.kill(pidOf("data"), "SIGSTOP");
        return Promise.resolve();
      },
      end: () => {
        process.kill(pidOf("data"), "SIGCONT");
        return Promise.resolve();
      },
    },
  ];

  async function timed(request: Request): Promise<{ answer: Answer; ms: number }> {
    const begin = performance.now();
    const answer = await throughLoadBalancer(request);
    return { answer, ms: performance.now() - begin };
  }

  test.each(faults)("while it is $fault", async ({ begin, end }) => {
    const num = 4711;
    const post = { method: "POST", body: { num } };
    expect(await throughLoadBalancer(post)).toMatchObject({ status: 200 });

    const changes = await changesDuring(async () => {
      await begin();
      try {
        for (const { answer, ms } of await Promise.all([timed({}), timed({}), timed(post), timed(post)])) {
          expect(answer).toMatchObject({ status: 502, json: "Error in processing request" });
          expect(ms).toBeLessThan(2_000);
        }
      } finally {
        await end();
      }
      const { json } = await throughLoadBalancer();
      expect(json).toMatchObject({ seed: num });
    });
    expect(changes).toEqual([]);
  });
});
