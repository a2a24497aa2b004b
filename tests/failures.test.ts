/** What clients see while something is broken, and that it recovers by itself. */
import type { TargetHealthDescription } from "../local/services/elbv2/target-group";
import { answerTo, ask, type Answer, type Request } from "../testing/client";
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

describe("a receiver whose process is stopped", () => {
  /** Who answered through the load balancer: a receiver's name, or the load balancer itself; or that nobody did. */
  async function whoAnswers(): Promise<string> {
    const outcome = await ask(region.output("receiverLoadBalancerUrl"), {
      through: region.internet,
      patience: 3_000,
    });
    if (typeof outcome === "string") return outcome;
    if (outcome.status !== 200) return `${outcome.status} by ${String(outcome.headers.server)}`;
    const { server_ip_address: address } = outcome.json as { server_ip_address: string };
    const names = ["receiver-1", "receiver-2"];
    return names.find(name => region.addresses(name).publicIp === address) ?? address;
  }
  const several = () => Promise.all(Array.from({ length: 4 }, whoAnswers));
  const both = ["receiver-1", "receiver-1", "receiver-2", "receiver-2"];

  test("costs its share of requests until it has failed its health checks, then none, and recovers by itself", async () => {
    const stateOf = (receiver: string) => region.health()[receiver];
    expect(region.health()).toEqual({ "receiver-1": "healthy", "receiver-2": "healthy" });
    expect((await several()).sort()).toEqual(both);
    const pid = pidOf("receiver-1");
    const changes = await changesDuring(async () => {
      process.kill(pid, "SIGSTOP");
      try {
        // Round robin: every second request is lost, and no other.
        expect((await several()).sort()).toEqual(["receiver-2", "receiver-2", "silent", "silent"]);
        await eventually("it is taken out", () => stateOf("receiver-1") !== "healthy", 30_000);
        expect(await several()).toEqual(both.map(() => "receiver-2"));
      } finally {
        process.kill(pid, "SIGCONT");
      }
      await eventually("it is back", () => stateOf("receiver-1") === "healthy", 30_000);
    });
    expect(changes).toEqual(["receiver-1: unhealthy: Target.Timeout", "receiver-1: healthy"]);
    expect((await several()).sort()).toEqual(both);
  });
});

describe("without data-access, receivers say so within two seconds and stay in service", () => {
  const dataHost = () => region.addresses("data").instanceId;
  const faults = [
    {
      fault: "on a stopped host",
      begin: async () => {
        await region.region.calls.ec2.StopInstances({ InstanceIds: [dataHost()] });
        await eventually(
          "the host is stopped",
          () => region.region.ec2.instances.records.get(dataHost())?.state === "stopped",
        );
      },
      end: async () => {
        await region.region.calls.ec2.StartInstances({ InstanceIds: [dataHost()] });
        await region.region.until.instanceRunning(dataHost());
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
