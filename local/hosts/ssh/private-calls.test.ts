import { once } from "node:events";
import { bastionClient, hostClient, sftpOf, sshHost, tunnel } from "../../../testing/ssh";

test("a refused channel's text reaches the client, with its reason", async () => {
  const { port } = await sshHost();
  const refused: unknown = await tunnel(await bastionClient(port), "no-such-host").catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({
    reason: 2,
    message: "(SSH) Channel open failure: no-such-host is unknown in the region",
  });
});

test("another refusal has its own text, and none is left over", async () => {
  const client = await bastionClient((await sshHost()).port);
  await expect(tunnel(client, "first")).rejects.toThrow("first is unknown");
  await expect(tunnel(client, "second")).rejects.toThrow("second is unknown");
  await expect(tunnel(client)).resolves.toBeDefined();
});

test("an SFTP channel ends with exit status 0 after the client's last request", async () => {
  const sftp = await sftpOf(await hostClient(await sshHost()));
  // The channel's own, which ssh2 shows for SFTP only so.
  const {
    _exit: exit,
    outgoing,
    _protocol: protocol,
  } = sftp as unknown as {
    _exit: { code?: number };
    outgoing: { id: number };
    _protocol: { channelEOF: (id: number) => void };
  };
  const closed = once(sftp, "close");
  protocol.channelEOF(outgoing.id);
  await closed;
  expect(exit.code).toBe(0);
});
