// sftp:// in get, put, ls and cp as programs, with a real sshd, by both transports.

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openServer } from "../../src/serve/open-server.ts";
import { type BuiltProgram, buildProgram, run } from "../cli/support/built-program.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 13 + (index >> 10)) & 255));

let program: BuiltProgram;
let here: TempDir;
let there: TempDir;
let sshd: Sshd;
beforeAll(async () => {
  program = buildProgram();
  sshd = await startSshd({ lines: ["Subsystem sftp internal-sftp"] });
});
afterAll(async () => {
  await sshd.stop();
});
beforeEach(() => {
  [here, there] = [makeTempDir("here"), makeTempDir("there")];
});
afterEach(() => {
  here.remove();
  there.remove();
});

const url = (name: string): string => `sftp://${sshd.hostAlias}${there.path}/${name}`;
const ended = "exit 0";

/** `sallyport VERB WORDS...` to the test sshd. */
const sallyportBy =
  (transport: "openssh" | "embedded") =>
  (verb: string, ...words: readonly string[]) =>
    run(program.real, [verb, ...ssh(transport), ...words], { env: { HOME: here.path } });
const ssh = (transport: string): readonly string[] => ["-F", sshd.configFile, "--ssh", transport];

for (const transport of ["openssh", "embedded"] as const) {
  const sallyport = sallyportBy(transport);

  describePeers(["sshd", "ssh"], `sftp:// with sshd, ${transport}`, () => {
    test("a tree with odd names goes there and back in parallel, and links are left out", async () => {
      const names = [" lead", "trail ", "zwei ä", "%41;x", "'\"`$(id)", "*?[", "-r", "a -> b", ";type=a"];
      mkdirSync(here.file("t/sub/deep er"), { recursive: true });
      mkdirSync(here.file("t/empty"));
      for (const name of names) writeFileSync(here.file(`t/sub/deep er/${name}`), name);
      writeFileSync(here.file("t/big"), content);
      expect(await sallyport("put", "-r", "-j", "3", here.file("t"), url(""))).toMatchObject({ ended, stdout: "" });
      symlinkSync("/etc/passwd", there.file("t/link"));
      const back = await sallyport("get", "--verify", "-r", "-j", "3", url("t"), here.file("back"));
      expect(back).toMatchObject({ ended, stderr: expect.stringMatching(/link: left out: a symbolic link/) });
      expect(back.stderr).toContain("(SHA-256 compared)");
      expect(readdirSync(here.file("back")).sort()).toEqual(["big", "empty", "sub"]);
      expect(readdirSync(here.file("back/sub/deep er")).sort()).toEqual([...names].sort());
      for (const name of names) expect(readFileSync(here.file(`back/sub/deep er/${name}`), "utf8")).toBe(name);
      expect(readFileSync(here.file("back/big")).equals(content)).toBe(true);
    });

    test("an upload whose connection breaks leaves a part and no file, and --resume makes it whole", async () => {
      const sending = spawn(process.execPath, [program.real, "put", ...ssh(transport), "-", url("f")], {
        stdio: ["pipe", "ignore", "pipe"],
        env: { ...process.env, HOME: here.path },
      });
      sending.stdin.on("error", () => {});
      let said = "";
      sending.stderr.on("data", (bytes: Buffer) => {
        said += bytes.toString();
      });
      // It waits for more, which never comes.
      sending.stdin.write(content.subarray(0, 500_000));
      const bytes = (): number => statSync(there.file("f.sallyport-part"), { throwIfNoEntry: false })?.size ?? 0;
      await expect.poll(bytes, { interval: 5 }).toBeGreaterThan(0);
      await sshd.killConnections();
      const [status] = (await once(sending, "close")) as [number];
      expect(status).not.toBe(0);
      expect(said).toContain("f.sallyport-part may have a part of the file");
      expect(existsSync(there.file("f"))).toBe(false);
      writeFileSync(here.file("f"), content);
      expect(await sallyport("put", "--resume", "--verify", here.file("f"), url("f"))).toMatchObject({ ended });
      expect(readFileSync(there.file("f")).equals(content)).toBe(true);
      expect(readdirSync(there.path)).toEqual(["f"]);
    });
  });
}

describePeers(["sshd", "ssh"], "sftp:// with sshd", () => {
  const sallyport = sallyportBy("openssh");

  test("ls tells type, size, UTC time and name; ~ is the login directory", async () => {
    writeFileSync(there.file("a b"), "12345");
    const result = await sallyport("ls", url("a%20b"), `sftp://${sshd.hostAlias}/~/no-such-file-here`);
    expect(result.stdout).toMatch(/^- {13}5 \d{4}-\d\d-\d\d \d\d:\d\dZ a b\n$/);
    expect(result.ended).toBe("exit 1");
    expect(result.stderr).toContain(`${userInfo().homedir}/no-such-file-here: no such file or directory`);
  });

  test("an upload replaces a file in one step, keeps its mode, and goes where a link leads", async () => {
    writeFileSync(here.file("new"), content);
    writeFileSync(there.file("old"), "old");
    chmodSync(there.file("old"), 0o640);
    symlinkSync("old", there.file("link"));
    expect(await sallyport("put", "--verify", here.file("new"), url("link"))).toMatchObject({
      ended,
      stderr: expect.stringContaining("(SHA-256 compared)"),
    });
    expect(readFileSync(there.file("old")).equals(content)).toBe(true);
    expect(statSync(there.file("old")).mode & 0o777).toBe(0o640);
    expect(readdirSync(there.path).sort()).toEqual(["link", "old"]);
  });

  test("cp goes through this machine, to and from FTP and within SFTP, and says so", async () => {
    writeFileSync(there.file("a"), content);
    mkdirSync(here.file("ftp"));
    const users = [{ name: "anna", password: "secret" }];
    await using server = await openServer({ files: here.file("ftp"), users, listen: [{ port: 0 }] });
    const ftp = (name: string): string => `ftp://anna:secret@127.0.0.1:${server.listeners[0]?.port}/${name}`;
    for (const [from, to] of [
      [url("a"), ftp("b")],
      [ftp("b"), url("c")],
    ] as const) {
      const copied = await sallyport("cp", from, to);
      expect(copied).toMatchObject({ ended, stderr: expect.stringContaining("copied through this machine") });
    }
    expect(readFileSync(there.file("c")).equals(content)).toBe(true);
    expect(readdirSync(there.path).sort()).toEqual(["a", "c"]);
  });

  test("a download goes on behind its part", async () => {
    writeFileSync(there.file("f"), content);
    writeFileSync(here.file("f.sallyport-part"), content.subarray(0, 600_000));
    const resumed = await sallyport("get", "--resume", "--json", url("f"), here.file("f"));
    expect(JSON.parse(resumed.stdout.split("\n")[0] ?? "")).toMatchObject({ bytes: 400_000, verified: "size" });
    expect(readFileSync(here.file("f")).equals(content)).toBe(true);
  });

  test("directories are made, files moved, and a tree removed: its links, and not what they lead to", async () => {
    for (const name of ["f", "kept"]) writeFileSync(there.file(name), name);
    expect(await sallyport("mkdir", "-p", url("a/b/c"))).toMatchObject({ ended });
    expect(await sallyport("mv", url("f"), url("a/b/"))).toMatchObject({ ended });
    expect(readFileSync(there.file("a/b/f"), "utf8")).toBe("f");
    expect(await sallyport("mv", url("a/b/f"), `${there.path}/a/g`)).toMatchObject({ ended });
    symlinkSync(there.path, there.file("a/link"));
    symlinkSync(there.file("a"), there.file("to-a"));
    expect(await sallyport("rm", url("a"))).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("Add -r"),
    });
    expect(await sallyport("rm", "-r", url("to-a"))).toMatchObject({ ended });
    expect(readdirSync(there.path).sort()).toEqual(["a", "kept"]);
    expect(await sallyport("rm", "-r", url("a"))).toMatchObject({ ended });
    expect(readdirSync(there.path)).toEqual(["kept"]);
  });

  test("what the server refuses is told in words", async () => {
    mkdirSync(there.file("d"));
    writeFileSync(here.file("f"), "x");
    writeFileSync(there.file("good"), "good");
    const got = await sallyport("get", url("no"), url("d"), url("good"), here.path);
    expect(got.ended).toBe("exit 1");
    expect(got.stderr).toContain(`${there.path}/no: no such file or directory`);
    expect(got.stderr).toContain(`"${there.path}/d" is a directory at the server\n  Add -r for everything in it`);
    expect(readdirSync(here.path).filter((name) => !name.startsWith("."))).toEqual(["f", "good"]);
    const put = await sallyport("put", here.file("f"), url("d"));
    expect(put).toMatchObject({ ended: "exit 1", stderr: expect.stringContaining("is a directory at the server") });
  });
});

describePeers(["sshd", "ssh"], "sftp:// behind another host", () => {
  test("--via is a jump host", async () => {
    writeFileSync(there.file("f"), "behind");
    const words = ["get", "-F", sshd.configFile, "--via", sshd.hostAlias, url("f"), "-"];
    const result = await run(program.real, words, { env: { HOME: here.path } });
    expect(result).toMatchObject({ ended, stdout: "behind" });
    expect(sshd.log().match(/Accepted publickey/g)?.length).toBeGreaterThan(1);
  });
});
