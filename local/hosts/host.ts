/**
 * A host of the local region: a folder that stands for its disk, its services as supervised processes, and
 * what surrounds an instance on AWS: metadata, the way to the EC2 API, and the way to other addresses.
 */
import { mkdir, rm } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { portVariable } from "../../apps/common/listening";
import { untilHealthy } from "../../apps/installer/health";
import { installedManifests, type Platform } from "../../apps/installer/install";
import { unitOf, type Unit } from "../../apps/installer/unit";
import type { VirtualNetwork } from "../network/virtual-network";
import { forward, silence } from "../network/http/forward";
import { createProxy } from "../network/http/proxy";
import { createServer, listen, closeServer } from "../network/http/servers";
import type { Address, Router } from "../network/router";
import type { Dns } from "../network/dns";
import { createMetadataService, privateDnsName, type Metadata } from "./metadata";
import { Supervisor } from "./supervisor";

export interface HostOptions {
  /** Its Name tag, for people. */
  name: string;
  instanceId: string;
  interfaceId: string;
  /** What its "/" is. */
  root: string;
  keyName?: string;
  metadata: () => Metadata;
  network: VirtualNetwork;
  dns: Dns;
  /** Where the EC2 API is on the Internet. */
  ec2Api: Address;
  /** Region seconds in a real one. */
  speed: number;
  /** What a service's environment holds here in place of what its manifest says. */
  localEnvironment: (unit: Unit, host: { hostName: string; speed: number }) => Record<string, string>;
  /** Told of what happens to its services, one line each. */
  report: (event: string) => void;
}

/** Real milliseconds after which a host counts as booted whatever its services do. */
const bootTimeout = 10_000;
const metadataAddress = "169.254.169.254";

export class Host implements Platform {
  readonly services = new Map<string, Supervisor>();
  private readonly servers: http.Server[] = [];
  private ports = { proxy: 0, metadata: 0, ec2Api: 0 };
  private readonly down = new AbortController();

  constructor(readonly options: HostOptions) {}

  get root(): string {
    return this.options.root;
  }

  /** Where on loopback one sends requests as if from this host: an HTTP proxy. */
  get proxyUrl(): string {
    return `http://127.0.0.1:${this.ports.proxy}`;
  }

  async boot(): Promise<void> {
    await mkdir(join(this.root, "tmp"), { recursive: true });
    const { dns: names, network: network, interfaceId } = this.options;
    const outward = network.routerFrom({ interfaceId });
    this.ports.metadata = await this.serve(createMetadataService(this.options.metadata));
    this.ports.ec2Api = await this.serve(this.wayToEc2Api(outward));

    // Link-local addresses are the host's own affair: no group and no ACL sees them.
    const metadataAgent = new http.Agent();
    const reach: Router = to =>
      to.address === metadataAddress && to.port === 80
        ? { outcome: "open", agent: metadataAgent, host: "127.0.0.1", port: this.ports.metadata }
        : outward(to);
    this.ports.proxy = await this.serve(createProxy({ name: this.options.name, dns: names, route: reach }));
  }

  /**
   * Runs the services that are installed on its disk: what an image holds, or what ran before a restart. A boot
   * takes real time, which no clock scales; whoever waits for it waits until they listen.
   * @throws when the host is shut down meanwhile
   */
  async startInstalled(): Promise<void> {
    const units = (await installedManifests(this)).map(unitOf);
    for (const unit of units) await this.start(unit);
    const signal = AbortSignal.any([AbortSignal.timeout(bootTimeout), this.down.signal]);
    await Promise.allSettled(units.map(unit => this.healthy(unit, signal)));
    this.down.signal.throwIfAborted();
  }

  /** Ends its services, does something with its disk, and starts them again. */
  async restart(between: () => Promise<void>): Promise<void> {
    await this.stopServices();
    await between();
    await this.startInstalled();
  }

  private async stopServices(): Promise<void> {
    await Promise.all([...this.services.values()].map(service => service.stop()));
    this.services.clear();
  }

  /** Ends its services and whatever it listens on; its disk is left for who wants to look. */
  async shutDown(): Promise<void> {
    this.down.abort(new Error(`${this.options.name} is shut down`));
    await this.stopServices();
    for (const server of this.servers) closeServer(server);
  }

  async terminate(): Promise<void> {
    await this.shutDown();
    await rm(this.root, { recursive: true, force: true });
  }

  async start(unit: Unit): Promise<void> {
    await this.services.get(unit.service)?.stop();
    const { network: network, interfaceId, report, name } = this.options;
    const state = join(this.root, "var/lib", unit.service);
    await mkdir(state, { recursive: true });
    // An installation that is under way when the host goes starts nothing any more.
    this.down.signal.throwIfAborted();
    const [runtime, program] = unit.command;
    const supervisor = new Supervisor({
      unit,
      command: [join(this.root, runtime), join(this.root, program)],
      cwd: this.root,
      environment: this.environment(unit, state),
      journal: join(this.root, "var/log", `${unit.service}.log`),
      onSocket: (socket, loopbackPort) => {
        const port = unit.ports[socket];
        if (port === undefined) return;
        if (loopbackPort === undefined) network.unregisterEndpoint(interfaceId, port);
        else network.registerEndpoint(interfaceId, port, loopbackPort);
      },
      onExit: how => {
        report(`${name}: ${unit.service} ${how}; it is started again`);
      },
    });
    this.services.set(unit.service, supervisor);
    supervisor.start();
  }

  async healthy(unit: Unit, signal: AbortSignal): Promise<void> {
    const supervisor = this.services.get(unit.service);
    if (!supervisor) throw new Error("it was never started");
    await supervisor.listening(signal);
    // Looked up each time: a process that has been restarted has another port.
    const ports = Object.keys(unit.ports).map(socket => () => supervisor.sockets.get(socket));
    await untilHealthy(ports, signal);
  }

  async journal(unit: Unit): Promise<string> {
    return (await this.services.get(unit.service)?.readJournal()) ?? "";
  }

  /**
   * Made from nothing, so that neither a proxy, a profile nor a credential of the person at the keyboard
   * reaches a service.
   */
  private environment(unit: Unit, state: string): Record<string, string> {
    const { localEnvironment, metadata, speed } = this.options;
    return {
      PATH: "/usr/bin:/bin",
      HOME: this.root,
      TMPDIR: join(this.root, "tmp"),
      LANG: "C.UTF-8",
      ...unit.environment,
      ...localEnvironment(unit, { hostName: privateDnsName(metadata().privateIp), speed }),
      STATE_DIRECTORY: state,
      LISTEN_ADDRESS: "127.0.0.1",
      ...Object.fromEntries(Object.keys(unit.ports).map(socket => [portVariable(socket), "0"])),
      HTTP_PROXY: this.proxyUrl,
      http_proxy: this.proxyUrl,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${this.ports.metadata}`,
      AWS_ENDPOINT_URL_EC2: `http://127.0.0.1:${this.ports.ec2Api}`,
    };
  }

  /** The SDK takes no HTTP proxy: this stands for its connection to the EC2 API, and is judged as one. */
  private wayToEc2Api(reach: Router): http.Server {
    return createServer((req, res) => {
      const way = reach(this.options.ec2Api);
      if (way.outcome === "dropped") void silence(req, res);
      else if (way.outcome === "refused") req.socket.destroy();
      else {
        void forward(req, res, way).then(sent => {
          if (sent.outcome === "failed") req.socket.destroy();
        });
      }
    });
  }

  private async serve(server: http.Server): Promise<number> {
    this.servers.push(server);
    return listen(server);
  }
}
