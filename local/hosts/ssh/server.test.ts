import { once } from "node:events";
import net from "node:net";
import { utils, type Client, type Connection } from "ssh2";
import { eventually } from "../../../testing/eventually";
import { connect, listen } from "../../../testing/servers";
import { connected } from "../../../testing/ssh";
import { newKeyPair } from "./openssh-keys";
import { onSession, serveSsh, type SshServerOptions } from "./server";

/** Serves SSH to whoever holds one key. */
async function server(options: Partial<SshServerOptions> = {}) {
  const key = newKeyPair();
  const parsed = utils.parseKey(key.publicKey);
  if (parsed instanceof Error) throw parsed;
  const asked: string[] = [];
  const { port } = await listen(
    net.createServer(socket =>
      serveSsh(socket, {
        hostKey: newKeyPair().privateKey,
        authorize: (user, publicKey) => {
          asked.push(user);
          return publicKey.equals(parsed.getPublicSSH());
        },
        serve: () => undefined,
        ...options,
      }),
    ),
  );
  return { port, asked, config: { host: "127.0.0.1", port, username: "me", privateKey: key.privateKey } };
}

test("a client that doesn't log in in time is disconnected, one that does stays", async () => {
  const { port, config } = await server({ loginGrace: 500 });
  const client = await connected(config);
  const silent = connect(port);
  await once(silent.resume(), "close");
  const answered = new Promise(resolve => {
    client.exec("any", resolve);
  });
  await expect(answered).resolves.toMatchObject({
    message: expect.stringContaining("open failure") as string,
  });
});

test("the sixth wrong key ends the connection", async () => {
  const { port, asked } = await server();
  const authHandler = Array.from({ length: 10 }, () => ({
    type: "publickey" as const,
    username: "me",
    key: newKeyPair().privateKey,
  }));
  await expect(connected({ host: "127.0.0.1", port, username: "me", authHandler })).rejects.toThrow();
  expect(asked).toHaveLength(6);
});

test("what isn't SSH, or breaks off, harms nobody", async () => {
  const { port, config } = await server();
  for (const text of ["GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n\0\0\0\x08garbage", ""]) {
    const socket = connect(port);
    socket.end(text, "latin1");
    await once(socket.resume(), "close");
  }
  await expect(connected(config)).resolves.toBeDefined();
});

describe("sessions", () => {
  const shell = (client: Client) =>
    new Promise((resolve, reject) => {
      client.shell(false, (error, channel) => (error ? reject(error) : resolve(channel)));
    });

  test("no more than ten at once; another once one has ended", async () => {
    let sessions = 0;
    const serve = (connection: Connection) => {
      onSession(connection, session => {
        sessions++;
        session.once("close", () => sessions--);
        session.on("shell", accept => accept());
      });
    };
    const { config } = await server({ serve });
    const client = await connected(config);
    const opened = await Promise.all(Array.from({ length: 10 }, () => shell(client)));
    await expect(shell(client)).rejects.toThrow("more than 10 sessions at once");
    (opened[0] as { close(): void }).close();
    await eventually("a session has ended", () => sessions === 9);
    await expect(shell(client)).resolves.toBeDefined();
  });
});
