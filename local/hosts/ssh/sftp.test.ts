import { once } from "node:events";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { utils, type SFTPWrapper } from "ssh2";
import { eventually } from "../../../testing/eventually";
import { hostClient, sftpOf, sshHost } from "../../../testing/ssh";

const { STATUS_CODE } = utils.sftp;

async function session() {
  const { host, ...ssh } = await sshHost();
  const client = await hostClient(ssh);
  const sftp = await sftpOf(client);
  return { host, client, sftp, home: join(host.root, "home/ec2-user"), ...calls(sftp) };
}

/** The library's calls, as promises. */
function calls(sftp: SFTPWrapper) {
  const methods = sftp as unknown as Record<string, (...args: unknown[]) => void>;
  const call =
    <T>(name: string) =>
    (...args: unknown[]) =>
      new Promise<T>((resolve, reject) => {
        methods[name]?.call(sftp, ...args, (error: Error | undefined, result: T) =>
          error ? reject(error) : resolve(result),
        );
      });
  return {
    open: call<Buffer>("open"),
    write: call<undefined>("write"),
    close: call<undefined>("close"),
    readdir: call<{ filename: string; longname: string }[]>("readdir"),
    stat: call<{ size: number; mode: number; uid: number; gid: number; mtime: number }>("stat"),
    lstat: call("lstat"),
    setstat: call("setstat"),
    fsetstat: call("fsetstat"),
    mkdir: call("mkdir"),
    rmdir: call("rmdir"),
    rename: call("rename"),
    unlink: call("unlink"),
    realpath: call<string>("realpath"),
    symlink: call("symlink"),
    readlink: call("readlink"),
    readFile: call<Buffer>("readFile"),
    writeFile: call("writeFile"),
  };
}

test("the home folder is where it starts", async () => {
  const { realpath } = await session();
  expect(await realpath(".")).toBe("/home/ec2-user");
  expect(await realpath("../../opt")).toBe("/opt");
});

test("what is written is read again, byte for byte", async () => {
  const { home, readFile, writeFile, stat } = await session();
  const content = Buffer.from(Array.from({ length: 300_001 }, (_, index) => index % 251));
  await writeFile("file", content);
  expect(readFileSync(join(home, "file")).equals(content)).toBe(true);
  expect((await readFile("file")).equals(content)).toBe(true);
  expect(await stat("file")).toMatchObject({ size: 300_001, uid: 1000, gid: 1000 });
});

test("answers come in the order of the requests, however long each takes", async () => {
  const { open, sftp, close } = await session();
  const file = await open("file", "w");
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const data = Buffer.alloc(index % 7 === 0 ? 31_000 : 1, "x");
      await new Promise<void>((resolve, reject) => {
        const done = (error: unknown) => (error instanceof Error ? reject(error) : resolve());
        if (index % 3 === 0) sftp.write(file, data, 0, data.length, index * 40_000, done);
        else if (index % 3 === 1) sftp.stat(".", done);
        else sftp.readdir(".", done);
      });
      order.push(index);
    }),
  );
  // Reading a folder takes several requests; all others are answered in order.
  const single = order.filter(index => index % 3 !== 2);
  expect(single).toEqual([...single].sort((a, b) => a - b));
  await close(file);
});

test("folders are made, listed with what is in them, renamed and removed", async () => {
  const { home, mkdir, rmdir, rename, unlink, readdir } = await session();
  await mkdir("folder");
  for (let number = 0; number < 250; number++) writeFileSync(join(home, "folder", `${number}`), "abc");
  utimesSync(join(home, "folder", "7"), 0, Date.UTC(2020, 0, 2, 3, 4) / 1000);
  const entries = await readdir("folder");
  expect(entries).toHaveLength(250);
  expect(entries.find(({ filename }) => filename === "7")?.longname).toBe(
    "-rw-r--r-- 1 ec2-user ec2-user 3 2020-01-02 03:04 7",
  );
  await rename("folder/7", "seven");
  await unlink("seven");
  await expect(rmdir("folder")).rejects.toMatchObject({ code: STATUS_CODE.FAILURE });
});

test("attributes are set, of a path and of an open file", async () => {
  const { home, open, close, setstat, fsetstat, writeFile } = await session();
  await writeFile("file", "abc");
  await setstat("file", { mode: 0o640, atime: 1, mtime: 2 });
  expect(statSync(join(home, "file"))).toMatchObject({ mtimeMs: 2000 });
  expect(statSync(join(home, "file")).mode & 0o777).toBe(0o640);
  const file = await open("file", "r+");
  await fsetstat(file, { size: 1, mode: 0o4600 });
  await close(file);
  expect(statSync(join(home, "file"))).toMatchObject({ size: 1 });
  expect(statSync(join(home, "file")).mode & 0o7777).toBe(0o600);
  await expect(setstat("file", { uid: 0, gid: 0 })).rejects.toMatchObject({
    code: STATUS_CODE.PERMISSION_DENIED,
  });
});

test.each([
  ["a missing file", ({ readFile }: Session) => readFile("no"), STATUS_CODE.NO_SUCH_FILE],
  ["a missing folder on the way", ({ stat }: Session) => stat("no/x"), STATUS_CODE.NO_SUCH_FILE],
  ["writing elsewhere", ({ writeFile }: Session) => writeFile("/etc/x", "x"), STATUS_CODE.PERMISSION_DENIED],
  ["a folder elsewhere", ({ mkdir }: Session) => mkdir("/x"), STATUS_CODE.PERMISSION_DENIED],
  ["a NUL in a path", ({ stat }: Session) => stat("a\0b"), STATUS_CODE.BAD_MESSAGE],
  ["a path too long", ({ stat }: Session) => stat("x".repeat(5000)), STATUS_CODE.BAD_MESSAGE],
  ["a symbolic link", ({ symlink }: Session) => symlink("/etc/passwd", "x"), STATUS_CODE.OP_UNSUPPORTED],
  ["reading a link", ({ readlink }: Session) => readlink("x"), STATUS_CODE.OP_UNSUPPORTED],
  ["a handle that isn't open", ({ close }: Session) => close(Buffer.from("1234")), STATUS_CODE.FAILURE],
])("%s is refused with its code", async (_name, act, code) => {
  await expect(act(await session())).rejects.toMatchObject({ code });
});
type Session = Awaited<ReturnType<typeof session>>;

test("no file grows beyond a root volume, not even by an offset", async () => {
  const { home, open, write, close } = await session();
  const file = await open("file", "w");
  await expect(write(file, Buffer.from("x"), 0, 1, 8 * 1024 ** 3)).rejects.toThrow("no space left on device");
  await close(file);
  expect(statSync(join(home, "file")).size).toBe(0);
});

test("no more than 128 files are open at once; those of a client that goes are closed", async () => {
  const { client, open } = await session();
  const fds = () => readdirSync(`/proc/${process.pid}/fd`).length;
  const before = fds();
  for (let number = 0; number < 128; number++) await open(`${number}`, "w");
  await expect(open("one more", "w")).rejects.toThrow("too many open files");
  const closed = once(client, "close");
  client.end();
  await closed;
  await eventually("its files are closed", () => fds() <= before);
});

test("a host that stops amid a copy ends it, and its disk can go", async () => {
  const { host, sftp, open } = await session();
  const file = await open("file", "w");
  const ended = once(sftp, "close");
  for (let number = 0; number < 50; number++)
    sftp.write(file, Buffer.alloc(30_000), 0, 30_000, number * 30_000, () => undefined);
  await host.terminate();
  await ended;
  expect(() => statSync(host.root)).toThrow("ENOENT");
});
