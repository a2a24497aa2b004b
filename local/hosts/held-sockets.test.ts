import { once } from "node:events";
import net from "node:net";
import type { Unit } from "../../apps/installer/unit";
import { onCleanUp } from "../../testing/clean-up";
import { temporaryFolder } from "../../testing/folders";
import { collect, connect, loopback } from "../../testing/servers";
import { HeldSockets } from "./held-sockets";
import { start } from "./process";

const unitWith = (ports: Unit["ports"]): Unit => {
  return { service: "data-access", command: ["/node", "/main.js"], environment: {}, ports };
};

function setUp() {
  /** The host's ports. */
  const open = new Map<number, number>();
  const sockets = new HeldSockets({
    registerEndpoint: (port, loopbackPort) => open.set(port, loopbackPort),
    unregisterEndpoint: port => open.delete(port),
  });
  onCleanUp(() => sockets.closeAll());
  /** Resolves to the loopback ports of the unit's sockets once they accept connections. */
  const hold = async (ports: Unit["ports"]) => {
    const held = sockets.of(unitWith(ports));
    await sockets.open();
    return held;
  };
  return { open, sockets, hold };
}

/** Starts a process that writes its name to each connection on its sockets. */
async function serve(sockets: { name: string; fd: number }[], name: string) {
  const script = `
    for (let fd = 3; fd < 3 + Number(process.env.LISTEN_FDS); fd++)
      require("node:net").createServer(socket => socket.write("${name}")).listen({ fd });
    console.log(process.env.LISTEN_FDNAMES, Number(process.env.LISTEN_PID) === process.pid);`;
  const child = await start([process.execPath, "--eval", script], {
    cwd: temporaryFolder(),
    environment: {},
    sockets,
  });
  onCleanUp(async () => {
    child.kill("SIGKILL");
    await child.ended;
  });
  const [greeting] = (await once(child.stdout, "data")) as [Buffer];
  return { child, greeting: String(greeting) };
}

/** A connection that is accepted by the kernel. */
async function connected(port: number) {
  const socket = connect(port);
  const received = collect(socket);
  await once(socket, "connect");
  return { socket, received };
}

async function outcomeOf(port: number): Promise<string> {
  const socket = net.connect(port, loopback);
  return new Promise(resolve => {
    socket.on("connect", () => resolve("connected")).on("error", ({ message }) => resolve(message));
  }).finally(() => socket.destroy()) as Promise<string>;
}

test("are open from the start, and the ports of the host lead to them", async () => {
  const { open, hold } = setUp();
  const [read, update] = await hold({ read: 5000, update: 8080 });
  expect([...open]).toEqual([
    [5000, read?.loopbackPort],
    [8080, update?.loopbackPort],
  ]);
  for (const port of open.values()) expect(await outcomeOf(port)).toBe("connected");
});

test("hold connections until a process accepts them, and for the next one when it dies", async () => {
  const { hold } = setUp();
  const held = await hold({ read: 5000, update: 8080 });
  const ports = held.map(({ loopbackPort }) => loopbackPort);
  const early = await Promise.all(ports.map(connected));

  const first = await serve(held, "first");
  expect(first.greeting).toBe("read:update true\n");
  for (const { socket, received } of early) {
    if (received() === "") await once(socket, "data");
    expect(received()).toBe("first");
  }

  first.child.kill("SIGKILL");
  await first.child.ended;
  const late = await Promise.all(ports.map(connected));
  await serve(held, "second");
  for (const { socket, received } of late) {
    if (received() === "") await once(socket, "data");
    expect(received()).toBe("second");
  }
});

test("stay as they are when their unit is started again, unless its ports change", async () => {
  const { open, hold } = setUp();
  const [read, update] = await hold({ read: 5000, update: 8080 });
  const waiting = await connected(read?.loopbackPort ?? 0);
  const closing = await connected(update?.loopbackPort ?? 0);
  const closed = new Promise(resolve => closing.socket.once("close", resolve));
  const [sameRead, movedUpdate] = await hold({ read: 5000, update: 8081 });
  expect(sameRead).toBe(read);
  await closed;
  expect([...open.keys()]).toEqual([5000, 8081]);
  expect(movedUpdate?.loopbackPort).toBe(open.get(8081));
  await serve(
    [sameRead].flatMap(socket => socket ?? []),
    "next",
  );
  if (waiting.received() === "") await once(waiting.socket, "data");
  expect(waiting.received()).toBe("next");
});

test("can exchange their ports", async () => {
  const { open, hold } = setUp();
  await hold({ read: 5000, update: 8080 });
  const [read, update] = await hold({ read: 8080, update: 5000 });
  expect(open.get(8080)).toBe(read?.loopbackPort);
  expect(open.get(5000)).toBe(update?.loopbackPort);
});

test("refuse connections once closed, and reset those that nobody accepted", async () => {
  const { open, sockets, hold } = setUp();
  const [read] = await hold({ read: 5000 });
  const port = read?.loopbackPort ?? 0;
  const { socket } = await connected(port);
  const reset = once(socket, "error");
  sockets.closeAll();
  expect(await reset).toMatchObject([{ code: "ECONNRESET" }]);
  expect(await outcomeOf(port)).toContain("ECONNREFUSED");
  expect(open.size).toBe(0);
});

test("that are closed before they listen never open", async () => {
  const { open, sockets } = setUp();
  sockets.of(unitWith({ read: 5000 }));
  const opening = sockets.open();
  sockets.closeAll();
  await opening;
  expect(open.size).toBe(0);
});
