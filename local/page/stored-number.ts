import http from "node:http";
import { text } from "node:stream/consumers";
import type { FlowCount } from "./events";
import type { Arrangement, RegionView } from "./region-view";

/** In real milliseconds. */
const patience = 1_000;
/** An update is counted when it is sent: it may not be stored yet when the count is taken. */
const readsAfterUpdate = 2;

/** Reads what the program stores, on loopback: no packet in the region, and no flow. */
export class StoredNumber {
  /** As last read; undefined until then. */
  value?: number;
  private readsDue = 0;

  constructor(
    private readonly region: Pick<RegionView, "ec2">,
    private readonly settings: Arrangement["storedNumber"],
  ) {}

  /** Call it after each count of flows: reads the number if some have updated it. */
  refreshAfter(flows: readonly FlowCount[]): void {
    const { instanceId } = this;
    const isUpdate = ({ to, port, verdict }: FlowCount) =>
      to === instanceId && port === this.settings?.updatePort && verdict === "allowed";
    if (flows.some(isUpdate)) this.readsDue = readsAfterUpdate;
    if (this.readsDue === 0) return;
    this.readsDue--;
    this.refresh();
  }

  refresh(): void {
    const sockets = [...(this.host?.services.values() ?? [])].flatMap(({ options }) => options.sockets);
    const loopbackPort = sockets.find(({ port }) => port === this.settings?.readPort)?.loopbackPort;
    if (loopbackPort === undefined) return;
    void numberAt(loopbackPort).then(value => {
      this.value = value ?? this.value;
    });
  }

  /** The instance that stores it. */
  get instanceId(): string | undefined {
    return this.host?.options.instanceId;
  }

  private get host() {
    return [...this.region.ec2.instances.hosts.values()].find(
      ({ options }) => options.name === this.settings?.host,
    );
  }
}

/** Undefined if it doesn't answer with one. */
async function numberAt(port: number): Promise<number | undefined> {
  const request = http.get({ host: "127.0.0.1", port, agent: false, signal: AbortSignal.timeout(patience) });
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on("response", resolve).on("error", reject);
    });
    const value: unknown = JSON.parse(await text(response));
    return typeof value === "number" ? value : undefined;
  } catch {
    return undefined; // its process is restarting
  }
}
