/** What every service's main.ts does: environment, log, listening sockets, graceful stop. */
import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type * as z from "zod";
import { readEnvironment, type CommonEnvironment, type Ports, type SocketName } from "./environment";
import { inheritedSockets, portVariable, type Listening } from "./listening";
import { createLog } from "./log";
import { createServer } from "./server";

/** The app behind each socket of a service. */
type Apps<Sockets extends Ports> = Record<SocketName<Sockets>, RequestListener>;

/**
 * Runs a service until SIGTERM or SIGINT, then drains it and exits with 0. Anything that keeps it from starting, or
 * that nothing catches, is logged as one fatal line, and the exit code is 1.
 */
export async function serve<Sockets extends Ports, Own>(
  ports: Sockets,
  ownEnvironment: z.ZodType<Own>,
  createApps: (environment: Own, log: Logger) => Promise<Apps<Sockets>> | Apps<Sockets>,
): Promise<void> {
  let log = createLog("info");
  const fail = (error: unknown) => {
    log.fatal(error);
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  // In place of Node's own listener, which writes plain text.
  process.removeAllListeners("warning");
  process.on("warning", warning => log.warn({ err: warning }, "warning"));
  try {
    const environment = readEnvironment(ports, ownEnvironment, process.env);
    log = createLog(environment.LOG_LEVEL);
    await listen(await createApps(environment, log), environment, log);
  } catch (error) {
    fail(error);
  }
}

async function listen<Sockets extends Ports>(
  apps: Apps<Sockets>,
  environment: CommonEnvironment<Sockets>,
  log: Logger,
): Promise<void> {
  const inherited = inheritedSockets(process.env, process.pid);
  const sockets = Object.keys(apps) as SocketName<Sockets>[];
  const servers = sockets.map(socket => ({ socket, ...createServer(apps[socket]) }));

  await Promise.all(
    servers.map(async ({ socket, server }) => {
      const fd = inherited.get(socket);
      const port = environment[portVariable(socket)] as number;
      server.listen(fd === undefined ? { host: environment.LISTEN_ADDRESS, port } : { fd });
      await once(server, "listening");
    }),
  );

  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    // Ctrl-C reaches the whole process group, and a supervisor sends its own signal on top.
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    await Promise.all(servers.map(({ drain }) => drain()));
    process.exit(0);
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);

  // Only now, because a reader of these lines may stop the service at once. They are a contract, not information, so
  // LOG_LEVEL doesn't silence them.
  const contract = log.child({}, { level: "info" });
  for (const { socket, server } of servers) {
    const { address, port } = server.address() as AddressInfo;
    contract.info({ socket, address, port } satisfies Omit<Listening, "msg">, "listening");
  }
}
