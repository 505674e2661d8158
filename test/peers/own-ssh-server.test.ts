// Our own SSH server with OpenSSH's programs: ssh in all its ways, sftp and scp.
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { systemTime } from "../../src/network/system-clock.ts";
import { type ClientResult, type RunOptions, runClient } from "../support/clients/run-client.ts";
import { runCurl } from "../support/clients.ts";
import { freePort } from "../support/free-port.ts";
import { describePeers } from "../support/missing.ts";
import { startProgram } from "../support/program.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer, type TestSshServer } from "../support/ssh-server.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { oddNames } from "./odd-names.ts";

watchResources();

let here: TempDir;
let ours: TestSshServer;
beforeEach(async () => {
  here = makeTempDir("own-ssh");
  mkdirSync(here.file("root"));
  const files = await openLocalFileSystem({ directory: here.file("root"), sync: false });
  ours = await startSshServer({ files: () => files, now: systemTime });
});
afterEach(async () => {
  await ours.stop();
  here.remove();
});

const run = (program: string, args: readonly string[], options?: RunOptions): Promise<ClientResult> =>
  runClient(program, ["-F", ours.configFile, ...args], options);

describePeers(["ssh", "curl"], "ssh to our own server", () => {
  let web: Server;
  let webPort = 0;
  beforeAll(async () => {
    web = createServer((_request, response) => response.end("the page"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    webPort = (web.address() as AddressInfo).port;
  });
  afterAll(() => {
    web.closeAllConnections();
    web.close();
  });

  /** ssh that only forwards, until it is stopped. */
  async function forwarding(args: readonly string[], port: number): Promise<AsyncDisposable> {
    const ssh = startProgram("ssh", [
      "-F",
      ours.configFile,
      "-N",
      "-o",
      "ExitOnForwardFailure=yes",
      ...args,
      ours.hostAlias,
    ]);
    await until("the forward", async () => (await runCurl([`http://127.0.0.1:${port}/`])).exit !== 7);
    return ssh;
  }

  test("a command is `true` or nothing", async () => {
    expect(await run("ssh", [ours.hostAlias, "true"])).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    expect(await run("ssh", [ours.hostAlias, "uname -a"])).toMatchObject({
      exit: 127,
      stdout: "",
      stderr: expect.stringContaining("There is no shell here"),
    });
  });

  test("-L carries a connection", async () => {
    const port = await freePort();
    await using _ssh = await forwarding(["-L", `${port}:127.0.0.1:${webPort}`], port);
    expect(await runCurl([`http://127.0.0.1:${port}/`])).toMatchObject({ exit: 0, stdout: "the page" });
  });

  test("-R carries a connection back", async () => {
    const port = await freePort();
    await using _ssh = await forwarding(["-R", `${port}:127.0.0.1:${webPort}`], port);
    expect(await runCurl([`http://127.0.0.1:${port}/`])).toMatchObject({ exit: 0, stdout: "the page" });
  });

  test("-R with port 0 tells which", async () => {
    const result = await run("ssh", ["-R", `0:127.0.0.1:${webPort}`, ours.hostAlias, "true"]);
    expect(result).toMatchObject({ exit: 0, stderr: expect.stringMatching(/^Allocated port \d+ for remote forward/) });
  });

  test("-D is a SOCKS proxy", async () => {
    const port = await freePort();
    const ssh = startProgram("ssh", ["-F", ours.configFile, "-N", "-D", `${port}`, ours.hostAlias]);
    const get = (): Promise<ClientResult> =>
      runCurl(["--proxy", `socks5h://127.0.0.1:${port}`, `http://localhost:${webPort}/`]);
    const result = await until("the proxy", async () => {
      const answer = await get();
      return answer.exit === 0 && answer;
    });
    expect(result.stdout).toBe("the page");
    await ssh.stop();
  });

  test("-W is one connection, with its half-close", async () => {
    const request = "GET / HTTP/1.0\r\n\r\n";
    const result = await run("ssh", ["-W", `127.0.0.1:${webPort}`, ours.hostAlias], { input: request });
    expect(result.stdout).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nthe page$/s);
  });

  test("-J goes through it to itself", async () => {
    const args = ["-J", ours.hostAlias, ours.hostAlias, "true"];
    expect(await run("ssh", args)).toMatchObject({ exit: 0 });
    expect(ours.events.filter(({ type }) => type === "ssh-server.login")).toHaveLength(2);
  });

  test("ControlMaster: several commands and a forward share one connection", async () => {
    const control = ["-o", `ControlPath=${here.file("control")}`];
    const master = startProgram("ssh", ["-F", ours.configFile, ...control, "-M", "-N", ours.hostAlias]);
    await until("the master", async () => (await run("ssh", [...control, "-O", "check", ours.hostAlias])).exit === 0);
    for (let time = 0; time < 3; time += 1) {
      expect(await run("ssh", [...control, ours.hostAlias, "true"])).toMatchObject({ exit: 0 });
    }
    const port = await freePort();
    const forward = ["-O", "forward", "-R", `${port}:127.0.0.1:${webPort}`, ours.hostAlias];
    expect(await run("ssh", [...control, ...forward])).toMatchObject({ exit: 0 });
    expect(await runCurl([`http://127.0.0.1:${port}/`])).toMatchObject({ stdout: "the page" });
    expect(ours.events.filter(({ type }) => type === "ssh-server.login")).toHaveLength(1);
    await master.stop();
  });

  test("a rekey in the middle of a transfer loses nothing", async () => {
    const big = Buffer.alloc(30_000_000, "0123456789abcdef");
    writeFileSync(here.file("big"), big);
    const result = await run("scp", ["-o", "RekeyLimit=1M", here.file("big"), `${ours.hostAlias}:big`]);
    expect(result).toMatchObject({ exit: 0, stderr: "" });
    expect(readFileSync(here.file("root/big")).equals(big)).toBe(true);
    const back = await run("scp", ["-o", "RekeyLimit=1M", `${ours.hostAlias}:big`, here.file("back")]);
    expect(back).toMatchObject({ exit: 0, stderr: "" });
    expect(readFileSync(here.file("back")).equals(big)).toBe(true);
  });

  test("a connection that is refused is told with sshd's words for it", async () => {
    const closed = await freePort();
    const result = await run("ssh", ["-W", `127.0.0.1:${closed}`, ours.hostAlias]);
    expect(result.stderr).toMatch(/open failed: connect failed: .*connection refused/);
  });
});

describePeers(["ssh"], "sftp and scp to our own server", () => {
  const root = (name: string): string => here.file(`root/${name}`);
  const sftp = (...lines: string[]): Promise<ClientResult> =>
    run("sftp", ["-b", "-", ours.hostAlias], { input: `${lines.join("\n")}\n` });

  test("files go up and down whole", async () => {
    const big = Buffer.from(Array.from({ length: 3_000_001 }, (_, at) => (at * 7) % 251));
    writeFileSync(here.file("big"), big);
    const done = await sftp(`put ${here.file("big")} up`, `get up ${here.file("down")}`);
    expect(done).toMatchObject({ exit: 0 });
    expect(readFileSync(here.file("down")).equals(big)).toBe(true);
  });

  test("an upload and a download resume where they broke", async () => {
    const whole = Buffer.alloc(1_000_000, "resume me ");
    writeFileSync(here.file("whole"), whole);
    writeFileSync(root("up"), whole.subarray(0, 400_000));
    writeFileSync(here.file("down"), whole.subarray(0, 700_000));
    expect(await sftp(`reput ${here.file("whole")} up`, `reget up ${here.file("down")}`)).toMatchObject({ exit: 0 });
    expect(readFileSync(root("up")).equals(whole)).toBe(true);
    expect(readFileSync(here.file("down")).equals(whole)).toBe(true);
  });

  test("a listing has kind, mode, size and name", async () => {
    mkdirSync(root("dir"));
    writeFileSync(root("file"), "12345", { mode: 0o640 });
    const { stdout } = await sftp("ls -la");
    expect(stdout).toMatch(/^drwx\S+ .* dir$/m);
    expect(stdout).toMatch(/^-rw-r-----\s+1 .*\s5 .*\d\d:\d\d file$/m);
  });

  test("a thousand files are listed", async () => {
    for (let at = 0; at < 1000; at += 1) writeFileSync(root(`file-${at}`), "");
    const { stdout } = await sftp("ls -1");
    expect(stdout.split("\n").filter((line) => line.startsWith("file-"))).toHaveLength(1000);
  });

  test.each(oddNames)("a name with $what comes back as it went", async ({ name }) => {
    writeFileSync(here.file("source"), "content");
    const quoted = `"${name.replace(/[\\"]/g, "\\$&")}"`;
    const result = await sftp(`put ${here.file("source")} ${quoted}`, `get ${quoted} ${here.file("back")}`);
    expect(result, result.stderr).toMatchObject({ exit: 0 });
    expect(readdirSync(here.file("root"))).toEqual([name]);
    expect(readFileSync(here.file("back"), "utf8")).toBe("content");
  });

  test("directories are made and removed, files renamed and removed, modes changed", async () => {
    writeFileSync(root("a"), "x");
    const result = await sftp("mkdir d", "rename a d/b", "chmod 600 d/b", "mkdir e", "rmdir e");
    expect(result).toMatchObject({ exit: 0 });
    expect(readdirSync(here.file("root"))).toEqual(["d"]);
    expect(statSync(root("d/b")).mode & 0o777).toBe(0o600);
    expect(await sftp("rm d/b", "rmdir d")).toMatchObject({ exit: 0 });
  });

  test("a link is refused", async () => {
    expect(await sftp("symlink /etc/passwd link")).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("Operation unsupported"),
    });
    expect(readdirSync(here.file("root"))).toEqual([]);
  });

  test("nothing above the root is there", async () => {
    const result = await sftp("cd ../../..", "pwd", `-get ..${here.path}/secret`);
    expect(result.stdout).toContain("Remote working directory: /\n");
  });

  test("scp copies a tree with its times and modes, and a shorter file over a longer one", async () => {
    mkdirSync(here.file("tree/inner"), { recursive: true });
    writeFileSync(here.file("tree/inner/file"), "short", { mode: 0o640 });
    utimesSync(here.file("tree/inner/file"), 1_000_000, 1_000_000);
    mkdirSync(root("tree/inner"), { recursive: true });
    writeFileSync(root("tree/inner/file"), "a much longer text");
    expect(await run("scp", ["-rp", here.file("tree"), `${ours.hostAlias}:`])).toMatchObject({ exit: 0 });
    expect(readFileSync(root("tree/inner/file"), "utf8")).toBe("short");
    expect(statSync(root("tree/inner/file"))).toMatchObject({ mtimeMs: 1_000_000_000, mode: 0o100640 });
    expect(await run("scp", ["-r", `${ours.hostAlias}:tree`, here.file("back")])).toMatchObject({ exit: 0 });
    expect(readFileSync(here.file("back/inner/file"), "utf8")).toBe("short");
  });

  test("scp -O copies a tree both ways in scp's own protocol", async () => {
    mkdirSync(here.file("tree/inner"), { recursive: true });
    writeFileSync(here.file("tree/inner/a b"), "short", { mode: 0o640 });
    utimesSync(here.file("tree/inner/a b"), 1_000_000, 1_000_000);
    expect(await run("scp", ["-O", "-rp", here.file("tree"), `${ours.hostAlias}:copy`])).toMatchObject({ exit: 0 });
    expect(statSync(root("copy/inner/a b"))).toMatchObject({ mtimeMs: 1_000_000_000, mode: 0o100640 });
    expect(await run("scp", ["-O", "-r", `${ours.hostAlias}:copy`, here.file("back")])).toMatchObject({ exit: 0 });
    expect(readFileSync(here.file("back/inner/a b"), "utf8")).toBe("short");
    const none = await run("scp", ["-O", `${ours.hostAlias}:none`, here.file("none")]);
    expect(none).toMatchObject({ exit: 1, stderr: expect.stringContaining("scp: /none: no such file") });
  });

  test("curl gets and puts by scp://, and fails where there is no file", async () => {
    writeFileSync(root("remote"), "content");
    writeFileSync(here.file("local"), "put");
    const url = `scp://127.0.0.1:${ours.port}`;
    const curl = (args: readonly string[]): Promise<ClientResult> =>
      runCurl(["--insecure", "--user", "anybody:right", ...args]);
    expect(await curl([`${url}/remote`])).toMatchObject({ exit: 0, stdout: "content" });
    expect(await curl(["-T", here.file("local"), `${url}/stored`])).toMatchObject({ exit: 0 });
    expect(readFileSync(root("stored"), "utf8")).toBe("put");
    expect((await curl([`${url}/none`])).exit).not.toBe(0);
  });

  test("an upload that is killed leaves what it was, and no open file", async () => {
    writeFileSync(here.file("big"), "");
    truncateSync(here.file("big"), 500_000_000);
    const scp = startProgram("scp", ["-F", ours.configFile, "-l", "8000", here.file("big"), `${ours.hostAlias}:big`]);
    await until("some bytes", () => readdirSync(here.file("root")).includes("big") && statSync(root("big")).size > 0);
    await scp.stop();
    await until("no client", () => ours.server.open.length === 0);
    expect(statSync(root("big")).size).toBeLessThan(500_000_000);
  });
});
