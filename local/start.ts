/**
 * Starts a local region: an empty one, or one with the program evaluated in it and everything it declares in service.
 */
import { writeFile } from "node:fs/promises";
import type http from "node:http";
import type net from "node:net";
import { join, resolve } from "node:path";
import { build } from "../apps/shipping/esbuild";
import { fetchRuntime } from "../apps/shipping/runtime";
import { createApiHandler } from "./api/endpoint";
import type { CertificateFiles } from "./cli/certificate-files";
import type { Options } from "./cli/options";
import { awsConfig, awsConfigFile } from "./cli/aws-profile";
import { shellEnvironment, shellEnvironmentFile } from "./cli/shell-environment";
import type { Overview } from "./cli/table";
import { closeServer, isTaken, listen, listenNear } from "./network/http/servers";
import { createInternetProxy, createLocalPort } from "./network/local-internet";
import { SshAccess } from "./hosts/ssh/access";
import { LivePage } from "./page/live-page";
import type { PageOptions } from "./page/region-view";
import { arrangement, certificateKey, commands, localCommands, run, ssh } from "./program";
import { DeclaredResources } from "./pulumi/declared-resources";
import { RegionEngine } from "./pulumi/engine";
import { evaluate } from "./pulumi/evaluate";
import { outputsAsJson, publicOutputsOf } from "./pulumi/outputs";
import { resourceTypes } from "./pulumi/resources";
import { fullKey, type Stack } from "./pulumi/stack";
import { ec2Api, Region, type RegionOptions } from "./region";
import { hasFirstInstance } from "./services/auto-scaling/first-instance";
import { zonesOf } from "./services/ec2/zones";
import { targetGroupsOf } from "./services/elbv2/routing-actions";
import type { Listener } from "./services/elbv2/state";

/** The command line's `help` says what its options mean. */
export interface EmptyRegionOptions
  extends RegionOptions, Pick<Options, "operatorAddress" | "port" | "sshPort"> {}

export interface EmptyRegion {
  region: Region;
  /** The URL of the local Internet, and of AWS's API. */
  internetUrl: string;
  /** The bastion's loopback port. */
  sshPort: number;
  close(): Promise<void>;
}

export interface StartOptions extends Omit<EmptyRegionOptions, "name">, Pick<Options, "without"> {
  /** The project's root folder, with the program and the stack files. */
  root: string;
  stack: Stack;
  /** Imported to ACM, for the stack. */
  certificate?: CertificateFiles;
}

export interface RunningRegion extends EmptyRegion, Pick<Overview, "outputs"> {
  resources: DeclaredResources;
  /** What runs where now. */
  overview(): Overview;
}

const preferredPort = 4000;
const preferredSshPort = 4022;

/**
 * A region as a new AWS account has it. Its ports don't move, because clients keep them in their configuration.
 * @throws if a port is taken
 */
export async function startEmptyRegion(options: EmptyRegionOptions): Promise<EmptyRegion> {
  const region = new Region(options);
  let ready = false;
  const page = pageOf(region, options, {
    progress: () => ({ ready, made: 0, declared: 0 }),
    outputs: () => ({}),
    listenerUrl: () => undefined,
  });
  const internet = internetOf(region, options, () => "An empty region: it serves AWS's API here.\n", page);
  let access: SshAccess | undefined;
  const close = async () => {
    page.close();
    closeServer(internet);
    await region.close();
    await access?.close();
  };
  try {
    const port = await listenAt(internet, options.port ?? preferredPort, "--port");
    const internetUrl = `http://127.0.0.1:${port}`;
    await region.open();
    access = await openSsh(region, options, server =>
      listenAt(server, options.sshPort ?? preferredSshPort, "--ssh-port"),
    );
    const { name: regionName, clock } = options;
    const environment = shellEnvironment({ internetUrl, regionName, speed: clock.speed });
    await writeFile(join(options.folder, shellEnvironmentFile), environment);
    await writeFile(join(options.folder, awsConfigFile), awsConfig(internetUrl, regionName));
    ready = true;
    return { region, internetUrl, sshPort: access.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws if the program or the region fails, after stopping everything it started */
export async function startRegion(options: StartOptions): Promise<RunningRegion> {
  const { stack, folder, clock, operatorAddress, report, root } = options;
  const name = stack.config["aws:region"];
  if (name === undefined)
    throw new Error("the stack has no region: `pulumi config set aws:region us-east-1`");
  const region = new Region({ name, folder, clock, report });
  const { dns, network, ssm } = region;
  let access: SshAccess | undefined;
  const savePrivateKey = async (key: string, privateKey: string) => access?.addKey(key, privateKey);
  const resources = new DeclaredResources(
    resourceTypes(region, { operatorAddress, ssh, run, localCommands, savePrivateKey }),
    { ...region.calls, until: region.until },
  );
  const servers: http.Server[] = [];
  const localPorts = new Map<string, string>();
  const progress = { ready: false, declared: 0 };
  let publicOutputs: Record<string, unknown> = {};
  const page = pageOf(region, options, {
    progress: () => ({ ...progress, made: resources.declared.length }),
    outputs: () => publicOutputs,
    listenerUrl: arn => localPorts.get(arn),
    stack: `${stack.project}/${stack.stack}`,
    arrangement,
  });
  const close = async () => {
    page.close();
    for (const server of servers) closeServer(server);
    await region.close();
    await access?.close();
  };
  try {
    let welcome = "the region is starting\n";
    const internet = internetOf(region, options, () => welcome, page);
    const port = await listenPreferring(internet, preferredPort, options.port, "--port");
    const internetUrl = `http://127.0.0.1:${port}`;
    if (options.port === undefined && port !== preferredPort)
      report(`port ${preferredPort} is in use; the local Internet is on port ${port}`);
    servers.push(internet);

    await region.open();
    access = await openSsh(region, options, server =>
      listenPreferring(server, preferredSshPort, options.sshPort, "--ssh-port"),
    );
    if (options.sshPort === undefined && access.port !== preferredSshPort)
      report(`port ${preferredSshPort} is in use; the SSH bastion is on port ${access.port}`);
    const engine = new RegionEngine(
      resources,
      { regionName: name, zones: zonesOf(name), parameter: parameter => ssm.get(parameter) },
      options.without,
    );
    const configured = options.certificate
      ? await withCertificate(region, stack, options.certificate)
      : stack;
    const outputs = await evaluate(join(root, "infra", "index.ts"), configured, engine, {
      beforeCreation: async declared => {
        engine.assertDeclared(declared);
        progress.declared = declared.length - options.without.length;
        // Shares the fetch that the program has begun.
        await fetchRuntime(report);
      },
    });

    publicOutputs = publicOutputsOf(outputs);
    const route = network.routerFrom({ internetAddress: operatorAddress });
    for (const { dnsName, listeners } of region.elbv2.loadBalancers.values()) {
      for (const listener of listeners.values()) {
        const server = createLocalPort({ dns, route }, dnsName, listener.port, () => listener.tlsSettings);
        servers.push(server);
        const localPort = await listenNear(server, port + 80 + localPorts.size);
        localPorts.set(listener.arn, `${listener.tls ? "https" : "http"}://127.0.0.1:${localPort}/`);
      }
    }
    await untilInService(region);

    const json = outputsAsJson(outputs);
    await writeFile(join(folder, "outputs.json"), json);
    const environment = shellEnvironment({ internetUrl, regionName: name, speed: clock.speed }, outputs);
    await writeFile(join(folder, shellEnvironmentFile), environment);
    welcome =
      `The local Internet of ${stack.project}/${stack.stack} is an HTTP proxy: curl -x ${internetUrl} URL\n` +
      `with any name or public address in the stack's outputs:\n\n${json}`;
    progress.ready = true;
    const overview = () => ({ ...overviewOf(region, localPorts), outputs, internetUrl });
    return { region, resources, outputs, internetUrl, sshPort: access.port, overview, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function withCertificate(
  { calls }: Region,
  { project, config, ...stack }: Stack,
  files: CertificateFiles,
): Promise<Stack> {
  const imported = calls.acm.ImportCertificate({
    Certificate: files.certificate,
    CertificateChain: files.chain,
    PrivateKey: files.privateKey,
  });
  const { CertificateArn = "" } = await imported.catch((error: unknown) => {
    throw new Error(`--certificate and --private-key: ${(error as Error).message}`);
  });
  return { ...stack, project, config: { ...config, [fullKey(certificateKey, project)]: CertificateArn } };
}

/** The local Internet, which serves AWS's API and the live page too. */
function internetOf(
  { options: { name: regionName }, dns, network, services }: Region,
  { operatorAddress, report }: Pick<EmptyRegionOptions, "operatorAddress" | "report">,
  welcome: () => string,
  page: LivePage,
): http.Server {
  const route = network.routerFrom({ internetAddress: operatorAddress });
  const handleApiRequest = createApiHandler({ regionName, services, report });
  return createInternetProxy({ dns, route, welcome, handleApiRequest, handlePageRequest: page.handle });
}

function pageOf(
  region: Region,
  { operatorAddress, report }: Pick<EmptyRegionOptions, "operatorAddress" | "report">,
  options: Omit<PageOptions, "operatorAddress" | "ec2ApiAddress">,
): LivePage {
  return new LivePage(region, { ...options, operatorAddress, ec2ApiAddress: ec2Api.address, build, report });
}

/** SSH to the region's hosts, which may come and go. */
async function openSsh(
  { dns, network, ec2: { instances, vpc } }: Region,
  { folder, operatorAddress, report }: Pick<EmptyRegionOptions, "folder" | "operatorAddress" | "report">,
  listen: (server: net.Server) => Promise<number>,
): Promise<SshAccess> {
  const access = await SshAccess.open({
    ...{ dns, network, operatorAddress, commands, listen },
    folder: resolve(folder),
    hosts: () => instances.hosts.values(),
    interfaceOf: id => vpc.networkInterfaces.get(id),
  });
  instances.events.on("hosts", () => {
    access.refresh().catch((error: unknown) => report(`ssh_config: ${(error as Error).message}`));
  });
  return access;
}

async function listenPreferring(
  server: net.Server,
  preferred: number,
  port: number | undefined,
  option: string,
): Promise<number> {
  if (port === undefined) return listenNear(server, preferred);
  return listenAt(server, port, option, ", or omit it to get a free one");
}

async function listenAt(server: net.Server, port: number, option: string, alternative = ""): Promise<number> {
  try {
    return await listen(server, port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new Error(`port ${port} is in use or not allowed; choose another with ${option}${alternative}`, {
      cause: error,
    });
  }
}

/**
 * Resolves once every Auto Scaling group that wants instances has one in service and every registered target has a
 * verdict from its first health checks.
 * @throws if a group's launch fails, with the activity's description
 */
async function untilInService({ autoScaling, elbv2 }: Region): Promise<void> {
  await Promise.all([...autoScaling.groups.values()].map(group => group.until(hasFirstInstance)));
  await Promise.all(
    [...elbv2.targetGroups.values()].map(({ group }) =>
      group.until(targets => targets.every(({ targetHealth }) => targetHealth.state !== "initial")),
    ),
  );
}

/** @param localPorts the URLs of the listeners' local ports, by ARN */
function overviewOf(
  { ec2, elbv2, autoScaling }: Region,
  localPorts: ReadonlyMap<string, string>,
): Pick<Overview, "hosts" | "loadBalancers"> {
  const { instances, interfaces } = ec2;
  const hosts = [...instances.hosts.values()].map(({ options, services, proxyUrl }) => {
    const { name, instanceId, interfaceId } = options;
    const belongsToGroup = [...autoScaling.groups.values()].some(group => group.instances.has(instanceId));
    return {
      name,
      ...(belongsToGroup ? { instanceId } : {}),
      ...interfaces.get(interfaceId),
      services: [...services.values()].map(({ options: { unit } }) => ({
        name: unit.service,
        ports: Object.values(unit.ports),
      })),
      proxyPort: new URL(proxyUrl).port,
    };
  });
  const targetsOf = ({ defaultAction, rules }: Listener) => {
    const actions = [defaultAction, ...[...rules.values()].map(({ action }) => action)];
    return [...new Set(actions.flatMap(targetGroupsOf))]
      .flatMap(arn => elbv2.targetGroups.get(arn)?.group.describe() ?? [])
      .map(({ targetHealth }) => targetHealth.state);
  };
  const loadBalancers = [...elbv2.loadBalancers.values()].map(({ label, interfaceIds, listeners }) => ({
    name: label,
    addresses: interfaceIds.map(id => interfaces.get(id)),
    listeners: [...listeners.values()].map(listener => ({
      port: listener.port,
      redirects: listener.defaultAction.Type === "redirect",
      targets: targetsOf(listener),
      localUrl: localPorts.get(listener.arn) ?? "",
    })),
  }));
  return { hosts, loadBalancers };
}
