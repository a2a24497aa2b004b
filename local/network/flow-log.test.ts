import type { Decision } from "./reachability/decision";
import { accountId, declaredNetwork, home, interfaces } from "../../testing/declared-network";
import { FlowLog } from "./flow-log";
import { evaluateConnection } from "./reachability/reachability";

const start = 1_800_000_000_000;

function setUp() {
  const lines: string[] = [];
  const clock = { now: start };
  const flowLog = new FlowLog({ accountId, write: line => lines.push(line), now: () => clock.now });
  return {
    flowLog,
    /** The lines written since the last call. */
    written: () => lines.splice(0),
    passSeconds: (seconds: number) => (clock.now += seconds * 1000),
  };
}

function fromHome(address: string | undefined, port: number): Decision {
  const to = { address: address ?? "", port };
  return evaluateConnection(declaredNetwork(), { from: { internetAddress: home }, sourcePort: 40000, to });
}

function fromHost(interfaceId: string, address: string, port: number): Decision {
  const attempt = { from: { interfaceId }, sourcePort: 40000, to: { address, port } };
  return evaluateConnection(declaredNetwork(), attempt);
}

const read = fromHome(interfaces.data.publicIpAddress, 5000);
const request = "2 123456789012 eni-data 198.51.100.7 10.0.1.10 40000 5000 6";
const reply = "2 123456789012 eni-data 10.0.1.10 198.51.100.7 5000 40000 6";

describe("a dropped connection", () => {
  it("is written at once, as one rejected SYN", () => {
    const { flowLog, written } = setUp();
    flowLog.dropped(fromHome(interfaces.data.publicIpAddress, 8080));
    expect(written()).toEqual([
      "2 123456789012 eni-data 198.51.100.7 10.0.1.10 40000 8080 6 1 60 1800000000 1800000000 REJECT OK",
    ]);
  });

  it("shows each interface it passed, and the rejected reply", () => {
    const { flowLog, written } = setUp();
    flowLog.dropped(fromHost("eni-data", interfaces.receiver1.privateIpAddress, 8080));
    const end = "6 1 60 1800000000 1800000000";
    expect(written()).toEqual([
      `2 123456789012 eni-data 10.0.1.10 10.0.2.11 40000 8080 ${end} ACCEPT OK`,
      `2 123456789012 eni-receiver-1 10.0.1.10 10.0.2.11 40000 8080 ${end} ACCEPT OK`,
      `2 123456789012 eni-receiver-1 10.0.2.11 10.0.1.10 8080 40000 ${end} ACCEPT OK`,
      `2 123456789012 eni-data 10.0.2.11 10.0.1.10 8080 40000 ${end} REJECT OK`,
    ]);
  });

  it("is written only once", () => {
    const { flowLog, written } = setUp();
    flowLog.dropped(read);
    written();
    flowLog.flush();
    expect(written()).toEqual([]);
  });

  it("leaves no record if no interface saw it", () => {
    const { flowLog, written } = setUp();
    flowLog.dropped(fromHome("203.0.113.99", 80));
    expect(written()).toEqual([]);
  });
});

it("a refused connection is a SYN and a reset, both accepted", () => {
  const { flowLog, written } = setUp();
  flowLog.refused(read);
  flowLog.flush();
  expect(written()).toEqual([
    `${request} 1 60 1800000000 1800000000 ACCEPT OK`,
    `${reply} 1 40 1800000000 1800000000 ACCEPT OK`,
  ]);
});

describe("an open connection", () => {
  it("isn't written before the interval ends", () => {
    const { flowLog, written } = setUp();
    flowLog.opened(read).count("request", 100);
    expect(written()).toEqual([]);
  });

  it("is written with its handshake at the end of the interval", () => {
    const { flowLog, written } = setUp();
    flowLog.opened(read);
    flowLog.flush();
    expect(written()).toEqual([
      `${request} 2 100 1800000000 1800000000 ACCEPT OK`,
      `${reply} 1 60 1800000000 1800000000 ACCEPT OK`,
    ]);
  });

  it("is written for each interval and direction with traffic, and when it closes", () => {
    const { flowLog, written, passSeconds } = setUp();
    const flow = flowLog.opened(read);
    passSeconds(3);
    flow.count("request", 100);
    passSeconds(1);
    flow.count("reply", 1461);
    passSeconds(56);
    flowLog.flush();
    expect(written()).toEqual([
      `${request} 3 240 1800000000 1800000003 ACCEPT OK`,
      `${reply} 3 1601 1800000000 1800000004 ACCEPT OK`,
    ]);

    passSeconds(10);
    flow.count("reply", 10);
    flowLog.flush();
    expect(written()).toEqual([`${reply} 1 50 1800000070 1800000070 ACCEPT OK`]);

    flowLog.flush();
    expect(written()).toEqual([]);

    passSeconds(5);
    flow.close();
    expect(written()).toEqual([
      `${request} 2 80 1800000075 1800000075 ACCEPT OK`,
      `${reply} 1 40 1800000075 1800000075 ACCEPT OK`,
    ]);
  });

  it("closes only once", () => {
    const { flowLog, written } = setUp();
    const flow = flowLog.opened(read);
    flow.close();
    expect(written()).toHaveLength(2);
    flow.close();
    flow.count("reply", 10);
    flowLog.flush();
    expect(written()).toEqual([]);
  });

  it("is written for both interfaces if both are in the VPC", () => {
    const { flowLog, written } = setUp();
    const flow = flowLog.opened(fromHost("eni-receiver-1", interfaces.data.privateIpAddress, 8080));
    flow.close();
    expect(written().map(line => line.split(" ").slice(2, 9).join(" "))).toEqual([
      "eni-receiver-1 10.0.2.11 10.0.1.10 40000 8080 6 4",
      "eni-data 10.0.2.11 10.0.1.10 40000 8080 6 4",
      "eni-data 10.0.1.10 10.0.2.11 8080 40000 6 2",
      "eni-receiver-1 10.0.1.10 10.0.2.11 8080 40000 6 2",
    ]);
  });

  it.each([
    [0, 0, 0],
    [1, 1, 41],
    [1460, 1, 1500],
    [1461, 2, 1541],
    [2920, 2, 3000],
  ])("carries %i payload bytes in %i packets of %i bytes in total", (bytes, packets, total) => {
    const { flowLog, written } = setUp();
    const flow = flowLog.opened(read);
    flowLog.flush();
    written();
    flow.count("reply", bytes);
    flowLog.flush();
    const expected = `${reply} ${packets} ${total} 1800000000 1800000000 ACCEPT OK`;
    expect(written()).toEqual(packets === 0 ? [] : [expected]);
  });
});

it("every record has the default format's fourteen fields", () => {
  const { flowLog, written } = setUp();
  flowLog.dropped(fromHost("eni-data", "192.0.2.80", 443));
  flowLog.opened(read).close();
  const format = /^2 \d{12} eni-\S+( [\d.]+){2}( \d+){2} 6( [1-9]\d*){2}( \d{10}){2} (ACCEPT|REJECT) OK$/;
  const lines = written();
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line).toMatch(format);
});
