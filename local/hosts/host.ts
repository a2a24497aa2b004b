/**
 * A host in the local region: a folder as its disk, its services as supervised processes, and an instance's
 * surroundings on AWS: the metadata service, the EC2 API and the network.
 */
import { copyFile, mkdir, rm } from "node:fs/promises";
import http from "node:http";
import { dirname, join, normalize } from "node:path";
import { untilHealthy } from "../../apps/installer/health";
import { installedManifests, type Platform } from "../../apps/installer/install";
import { runtimeOptions, unitOf, type Unit } from "../../apps/installer/unit";
import { remoteUser } from "../../apps/shipping/ship";
import type { VirtualNetwork } from "../network/virtual-network";
import { passThrough } from "../network/http/forward";
import { createProxy } from "../network/http/proxy";
import { createServer, listen, closeServer } from "../network/http/servers";
import type { Address, Router } from "../network/router";
import type { Dns } from "../network/dns";
import type { Clock } from "../clock";
import { HeldSockets } from "./held-sockets";
import { createMetadataService, privateDnsName, type Metadata, type MetadataRequest } from "./metadata";
import { Supervisor } from "./supervisor";

export interface HostOptions {
  /** Its Name tag. */
  name: string;
  instanceId: string;
  interfaceId: string;
  /** The folder that is its "/". */
  root: string;
  /** The only key that opens it by SSH, as a line of authorized_keys without a comment. */
  authorizedKey?: string;
  metadata: () => Metadata;
  network: VirtualNetwork;
  dns: Dns;
  /** The EC2 API's address on the Internet. */
  ec2Api: Address;
  clock: Pick<Clock, "speed" | "every">;
  /** Environment values that override a service's manifest. */
  localEnvironment: (unit: Unit, host: { hostName: string; speed: number }) => Record<string, string>;
  /** Receives each event of its services as one line. */
  report: (event: string) => void;
}

/** Real milliseconds after which a host counts as booted, even if its services aren't healthy. */
const bootTimeout = 10_000;
const metadataAddress = "169.254.169.254";

export class Host implements Platform {
  readonly services = new Map<string, Supervisor>();
  private readonly sockets: HeldSockets;
  /** Open SSH connections, which end when it stops or reboots. */
  readonly connections = new Set<{ destroy(): unknown }>();
  /** What its metadata service was asked for, and how often. */
  readonly metadataRequests: Record<MetadataRequest, number> = { token: 0, credentials: 0 };
  private readonly servers: http.Server[] = [];
  private ports = { proxy: 0, metadata: 0, ec2Api: 0 };
  private readonly down = new AbortController();
  private lastInstallation: Promise<unknown> = Promise.resolve();
  /** What writes to its disk now; they never reject. */
  private readonly writers = new Set<Promise<unknown>>();

  constructor(readonly options: HostOptions) {
    const { network, interfaceId } = options;
    this.sockets = new HeldSockets({
      registerEndpoint: (port, loopbackPort) => network.registerEndpoint(interfaceId, port, loopbackPort),
      unregisterEndpoint: port => network.unregisterEndpoint(interfaceId, port),
    });
  }

  get root(): string {
    return this.options.root;
  }

  /** Loopback URL of an HTTP proxy that sends requests as this host. */
  get proxyUrl(): string {
    return `http://127.0.0.1:${this.ports.proxy}`;
  }

  /** @throws if the host is shut down meanwhile */
  async boot(): Promise<void> {
    for (const folder of ["tmp", `home/${remoteUser}`])
      await mkdir(join(this.root, folder), { recursive: true });
    const { dns, network, interfaceId, ec2Api } = this.options;
    const networkRoute = network.routerFrom({ interfaceId });
    this.ports.metadata = await this.serve(
      createMetadataService(this.options.metadata, request => this.metadataRequests[request]++),
    );
    // The SDK ignores HTTP proxies, so this server stands in for its connection to the EC2 API, with the same rules.
    const toEc2Api = createServer((req, res) => void passThrough(req, res, networkRoute(ec2Api)));
    this.ports.ec2Api = await this.serve(toEc2Api);

    // Link-local traffic stays on the host, where no group or ACL applies.
    const metadataAgent = new http.Agent();
    const route: Router = to =>
      to.address === metadataAddress && to.port === 80
        ? { outcome: "open", agent: metadataAgent, host: "127.0.0.1", port: this.ports.metadata }
        : networkRoute(to);
    this.ports.proxy = await this.serve(createProxy({ name: this.options.name, dns, route }));
  }

  /**
   * Starts the services installed on its disk, from an image or before a restart, and resolves once they are healthy
   * or the boot timeout expires. Boot time is real: no clock scales it.
   * @throws if the host is shut down meanwhile
   */
  async startInstalled(): Promise<void> {
    const units = (await installedManifests(this.root)).map(unitOf);
    for (const unit of units) await this.start(unit);
    const signal = AbortSignal.timeout(bootTimeout);
    await Promise.allSettled(units.map(unit => this.healthy(unit, signal)));
    this.down.signal.throwIfAborted();
  }

  /** Ends what runs on it, runs `between`, and starts its services again. */
  async restart(between: () => Promise<void>): Promise<void> {
    await this.stopAll();
    await between();
    await this.startInstalled();
  }

  private async stopAll(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    await Promise.all([...this.services.values()].map(service => service.stop()));
    this.services.clear();
    this.sockets.closeAll();
  }

  /** Ends what runs on it, what writes to its disk, and its servers; the disk stays for inspection. */
  async shutDown(): Promise<void> {
    this.down.abort(new Error(`${this.options.name} is shut down`));
    await this.stopAll();
    for (const server of this.servers) closeServer(server);
    await Promise.all(this.writers);
  }

  async terminate(): Promise<void> {
    await this.shutDown();
    await rm(this.root, { recursive: true, force: true });
  }

  /**
   * Runs one installation after the other.
   * @throws if the host is shut down before its turn
   */
  async exclusively<T>(installation: () => Promise<T>): Promise<T> {
    const result = this.lastInstallation.then(() => {
      this.down.signal.throwIfAborted();
      return this.untilWritten(installation());
    });
    this.lastInstallation = Promise.allSettled([result]);
    return result;
  }

  /**
   * Copies a file of this machine to a path on its disk.
   * @throws if the host is shut down
   */
  async copyHere(file: string, path: string): Promise<void> {
    this.down.signal.throwIfAborted();
    const target = join(this.root, normalize(path)); // "/.." is "/", as on a host
    const copying = async () => {
      await mkdir(dirname(target), { recursive: true });
      await copyFile(file, target);
    };
    await this.untilWritten(copying());
  }

  /** Lets a shut-down wait for something that writes to its disk. */
  async untilWritten<T>(writing: Promise<T>): Promise<T> {
    const writer = Promise.allSettled([writing]);
    this.writers.add(writer);
    void writer.then(() => this.writers.delete(writer));
    return writing;
  }

  async start(unit: Unit): Promise<void> {
    await this.services.get(unit.service)?.stop();
    const { clock, report, name } = this.options;
    const state = join(this.root, "var/lib", unit.service);
    await mkdir(state, { recursive: true });
    // An installation in progress must not start anything on a host that is shut down.
    this.down.signal.throwIfAborted();
    const [runtime, program] = unit.command;
    const supervisor = new Supervisor({
      unit,
      command: [join(this.root, runtime), ...runtimeOptions, join(this.root, program)],
      cwd: this.root,
      environment: this.environment(unit, state),
      journal: join(this.root, "var/log", `${unit.service}.log`),
      sockets: this.sockets.of(unit),
      clock,
      onExit: ending => report(`${name}: ${unit.service} ${ending}; restarting`),
    });
    this.services.set(unit.service, supervisor);
    supervisor.start();
    await this.sockets.open();
  }

  async healthy(unit: Unit, patience: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([patience, this.down.signal]);
    const supervisor = this.services.get(unit.service);
    if (!supervisor) throw new Error("it was never started");
    await supervisor.listening(signal);
    await untilHealthy(
      supervisor.options.sockets.map(({ loopbackPort }) => loopbackPort),
      signal,
    );
  }

  async journal(unit: Unit): Promise<string> {
    return (await this.services.get(unit.service)?.readJournal()) ?? "";
  }

  /** Built from scratch, so that services inherit none of the user's proxies, profiles or credentials. */
  private environment(unit: Unit, state: string): Record<string, string> {
    const { localEnvironment, metadata, clock } = this.options;
    const { privateIp, region } = metadata();
    return {
      PATH: "/usr/bin:/bin",
      HOME: this.root,
      TMPDIR: join(this.root, "tmp"),
      LANG: "C.UTF-8",
      ...unit.environment,
      ...localEnvironment(unit, { hostName: privateDnsName(privateIp, region), speed: clock.speed }),
      STATE_DIRECTORY: state,
      LISTEN_ADDRESS: "127.0.0.1",
      HTTP_PROXY: this.proxyUrl,
      http_proxy: this.proxyUrl,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${this.ports.metadata}`,
      AWS_ENDPOINT_URL_EC2: `http://127.0.0.1:${this.ports.ec2Api}`,
    };
  }

  private async serve(server: http.Server): Promise<number> {
    this.down.signal.throwIfAborted();
    const listening = await listen(server);
    this.servers.push(server);
    // Shut down meanwhile, which has closed the others.
    if (this.down.signal.aborted) closeServer(server);
    this.down.signal.throwIfAborted();
    return listening;
  }
}
