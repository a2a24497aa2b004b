import { execFileSync } from "node:child_process";
import {
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../testing/folders";
import { HostFiles } from "./host-files";

const { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const write = O_WRONLY | O_CREAT | O_TRUNC;

/** A host's folder, and beside it a folder with a secret that no path may reach. */
function setUp() {
  const folder = temporaryFolder();
  const [root, outside] = [join(folder, "host"), join(folder, "outside")];
  for (const each of [outside, join(root, "home/ec2-user"), join(root, "tmp"), join(root, "opt")])
    mkdirSync(each, { recursive: true });
  writeFileSync(join(outside, "secret"), "secret");
  writeFileSync(join(root, "opt/file"), "its own");
  return { files: new HostFiles(root, "/home/ec2-user"), root, outside };
}

async function read(files: HostFiles, path: string): Promise<string> {
  const file = await files.openFile(path, O_RDONLY);
  try {
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

async function put(files: HostFiles, path: string, text: string): Promise<void> {
  const file = await files.openFile(path, write);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

test.each([
  [".", "/home/ec2-user"],
  ["", "/home/ec2-user"],
  ["a/./b/../c/", "/home/ec2-user/a/c"],
  ["..", "/home"],
  ["../../../..", "/"],
  ["/../../etc/passwd", "/etc/passwd"],
  ["/", "/"],
])("%j is %s", (path, absolute) => {
  expect(setUp().files.absolute(path)).toBe(absolute);
});

test("all of the host can be read, its home and /tmp written", async () => {
  const { files, root } = setUp();
  expect(await read(files, "/opt/file")).toBe("its own");
  await put(files, "mine", "a");
  await put(files, "/tmp/mine", "b");
  expect(readFileSync(join(root, "home/ec2-user/mine"), "utf8")).toBe("a");
  expect(readFileSync(join(root, "tmp/mine"), "utf8")).toBe("b");
});

test.each([
  ["write elsewhere", (files: HostFiles) => put(files, "/opt/file", "x"), "EACCES"],
  ["write into the root", (files: HostFiles) => put(files, "/x", "x"), "EACCES"],
  ["write beside the home", (files: HostFiles) => put(files, "/home/ec2-user2", "x"), "EACCES"],
  ["climb out to write", (files: HostFiles) => put(files, "/tmp/../opt/file", "x"), "EACCES"],
  ["remove elsewhere", (files: HostFiles) => files.remove("/opt/file"), "EACCES"],
  ["remove its home", (files: HostFiles) => files.rmdir("/home/ec2-user"), "EACCES"],
  ["make a folder elsewhere", (files: HostFiles) => files.mkdir("/opt/x"), "EACCES"],
  ["move away what isn't its own", (files: HostFiles) => files.rename("/opt/file", "x"), "EACCES"],
  ["move to elsewhere", (files: HostFiles) => files.rename("x", "/opt/x"), "EACCES"],
  [
    "change what isn't its own",
    (files: HostFiles) => files.change("/opt", () => Promise.resolve()),
    "EACCES",
  ],
  ["climb out to read", (files: HostFiles) => read(files, "../../../outside/secret"), "ENOENT"],
  ["read a folder", (files: HostFiles) => read(files, "/opt"), "EISDIR"],
  ["take a NUL into a path", (files: HostFiles) => read(files, "a\0b"), "ERR_INVALID_ARG_VALUE"],
  ["take a path of any length", (files: HostFiles) => read(files, "x/".repeat(3000)), "ENAMETOOLONG"],
])("nobody can %s", async (_name, act, code) => {
  await expect(act(setUp().files)).rejects.toMatchObject({ code });
});

describe("symbolic links, which SFTP can't make but services and archives can", () => {
  function linked() {
    const all = setUp();
    const home = join(all.root, "home/ec2-user");
    symlinkSync(join(all.outside, "secret"), join(home, "file"));
    symlinkSync(all.outside, join(home, "folder"));
    symlinkSync("../../../outside", join(home, "relative"));
    symlinkSync(join(all.outside, "new"), join(home, "dangling"));
    return { ...all, home };
  }

  test.each([
    ["read a file", (files: HostFiles) => read(files, "file")],
    ["read below a folder", (files: HostFiles) => read(files, "folder/secret")],
    ["read below a relative one", (files: HostFiles) => read(files, "relative/secret")],
    ["write a file", (files: HostFiles) => put(files, "file", "x")],
    ["create a file", (files: HostFiles) => put(files, "dangling", "x")],
    ["create a file below", (files: HostFiles) => put(files, "folder/new", "x")],
    ["list a folder", (files: HostFiles) => files.list("folder")],
    ["make a folder", (files: HostFiles) => files.mkdir("folder/new")],
    ["remove below", (files: HostFiles) => files.remove("folder/secret")],
    ["move there", (files: HostFiles) => files.rename("file", "folder/new")],
    ["move from there", (files: HostFiles) => files.rename("folder/secret", "mine")],
    ["change attributes", (files: HostFiles) => files.change("file", file => file.chmod(0o777))],
    ["change those of a folder", (files: HostFiles) => files.change("folder", file => file.chmod(0o777))],
    ["see attributes behind", (files: HostFiles) => files.stat("file")],
    ["see attributes below", (files: HostFiles) => files.stat("folder/secret")],
  ])("don't let anybody %s", async (_name, act) => {
    const { files, outside } = linked();
    await expect(act(files)).rejects.toMatchObject({
      code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) as string,
    });
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
    expect(existsSync(join(outside, "new"))).toBe(false);
  });

  test("are shown as what they are, and can be removed", async () => {
    const { files, home, outside } = linked();
    expect((await files.lstat("file")).isSymbolicLink()).toBe(true);
    expect((await files.list(".")).map(([name]) => name).sort()).toEqual([
      ...[".", "dangling", "file", "folder", "relative"],
    ]);
    await files.remove("file");
    expect(existsSync(join(home, "file"))).toBe(false);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
  });

  test("put in a folder's place meanwhile, again and again, never lead out", async () => {
    const { files, home, outside } = linked();
    const [folder, aside] = [join(home, "changing"), join(home, "aside")];
    mkdirSync(folder);
    writeFileSync(join(folder, "secret"), "its own");
    let isOver = false;
    const exchange = async () => {
      while (!isOver) {
        renameSync(folder, aside);
        symlinkSync(outside, folder);
        await new Promise(setImmediate);
        unlinkSync(folder);
        renameSync(aside, folder);
        await new Promise(setImmediate);
      }
    };
    const exchanging = exchange();
    const seen = new Set<string>();
    for (let round = 0; round < 500; round++) {
      seen.add(
        await read(files, "changing/secret").catch((error: unknown) => (error as { code: string }).code),
      );
      await put(files, "changing/new", "x").catch(() => undefined);
    }
    isOver = true;
    await exchanging;
    expect([...seen].filter(each => !["its own", "ELOOP", "ENOTDIR", "ENOENT"].includes(each))).toEqual([]);
    expect(existsSync(join(outside, "new"))).toBe(false);
  });
});

test("a named pipe is refused, not waited for", async () => {
  const { files, root } = setUp();
  execFileSync("mkfifo", [join(root, "tmp/pipe")]);
  await expect(read(files, "/tmp/pipe")).rejects.toMatchObject({ code: "EISDIR" });
});

test("no file becomes set-user-ID", async () => {
  const { files } = setUp();
  const file = await files.openFile("x", write, 0o6755);
  expect((await file.stat()).mode & 0o7777 & ~0o755).toBe(0);
  await file.close();
});

test("a file isn't renamed over another", async () => {
  const { files } = setUp();
  await put(files, "a", "a");
  await put(files, "b", "b");
  await expect(files.rename("a", "b")).rejects.toMatchObject({ code: "EEXIST" });
  expect(await read(files, "b")).toBe("b");
});

test("no descriptor is left open", async () => {
  const { files, root } = setUp();
  /** Where this process's descriptors lead; other tests' may close meanwhile. */
  const open = () =>
    execFileSync("find", [`/proc/${process.pid}/fd`, "-lname", `${root}*`])
      .toString()
      .split("\n")
      .filter(line => line !== "");
  const file = await files.openFile("held", O_CREAT | O_WRONLY);
  expect(open()).toHaveLength(1);
  await file.close();
  for (let round = 0; round < 20; round++) {
    await put(files, "a", "a");
    await files.list("/");
    await files.mkdir("folder");
    await files.rename("folder", "other");
    await files.rmdir("other");
    await files.change(".", () => Promise.reject(new Error())).catch(() => undefined);
    await files.stat("/no/such/path").catch(() => undefined);
  }
  expect(open()).toEqual([]);
});
