// Starting ssh and getting rid of it again, against a real sshd.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connectOpenSsh } from "../../../src/ssh/openssh/connect-openssh.ts";
import { freePort } from "../../support/free-port.ts";
import { describePeers } from "../../support/missing.ts";
import { childrenOf, isRunning } from "../../support/processes.ts";
import { watchResources } from "../../support/resources.ts";
import { makeSshKey } from "../../support/ssh-keys.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { until } from "../../support/until.ts";
import { connectTo, environment, failureOf, never } from "./environment.ts";

watchResources();

/** Our directories for sockets. */
const socketDirectories = (): string[] =>
  readdirSync(tmpdir()).filter((name) => /^sallyport-[A-Za-z0-9]{6}$/.test(name));

/** The ssh that we have started. */
const sshProcesses = (): number[] =>
  childrenOf(process.pid).filter((pid) => readFileSync(`/proc/${pid}/comm`, "utf8") === "ssh\n");

describePeers(["ssh", "sshd"], "connectOpenSsh", () => {
  let sshd: Sshd;
  let files: TempDir;

  beforeAll(async () => {
    vi.stubEnv("XDG_RUNTIME_DIR", "");
    files = makeTempDir("config");
    sshd = await startSshd();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await sshd.stop();
    files.remove();
  });

  it("connects, runs a command, and leaves nothing behind", async () => {
    const heard = environment();
    const connection = await connectTo(sshd, {}, heard);
    const [pid = -1] = sshProcesses();
    const [directory = ""] = socketDirectories();
    expect(statSync(join(tmpdir(), directory)).mode & 0o777).toBe(0o700);
    const expected = { transport: "openssh", target: sshd.hostAlias, serverAddress: sshd.address, isOpenSsh: true };
    expect(connection).toMatchObject(expected);
    expect(await connection.exec("echo hello; exit 3", never)).toEqual({
      succeeded: false,
      stdout: "hello\n",
    });

    await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
    await connection[Symbol.asyncDispose]();
    expect(await connection.lost).toBeUndefined();
    expect([isRunning(pid), socketDirectories()]).toEqual([false, []]);
    expect(heard.lines).toEqual([]);
    expect(heard.events.map(({ type }) => type)).toEqual(["ssh.connecting", "ssh.connected"]);
  });

  it("says CLOSED to whoever uses the connection after its disposal", async () => {
    const connection = await connectTo(sshd);
    await connection[Symbol.asyncDispose]();
    const connecting = connection.network.connect({ host: "127.0.0.1", port: 1, signal: never });
    expect((await failureOf(connecting)).code).toBe("CLOSED");
    expect((await failureOf(connection.exec("true", never))).code).toBe("CLOSED");
  });

  it("keeps the connection when Ctrl-C reaches ssh, too", async () => {
    const connection = await connectTo(sshd);
    const [pid = -1] = sshProcesses();
    process.kill(pid, "SIGINT");
    process.kill(pid, "SIGQUIT");
    expect(await connection.exec("echo alive", never)).toEqual({ succeeded: true, stdout: "alive\n" });
    await connection[Symbol.asyncDispose]();
  });

  it("shows ssh's own debug output to a user who wants it", async () => {
    const heard = environment();
    const connection = await connectTo(sshd, { verbosity: 1 }, heard);
    await connection[Symbol.asyncDispose]();
    expect(heard.lines.join("\n")).toMatch(/^debug1: Connecting to 127\.0\.0\.1/m);
  });

  it("is not disturbed by forwards, commands and multiplexing in the user's configuration", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const config = files.file("busy");
    const lines = [
      `LocalForward 127.0.0.1:${port} localhost:21`,
      "RemoteCommand sleep 100",
      "RequestTTY force",
      "ControlMaster auto",
      `ControlPath ${files.file("other")}`,
      "ControlPersist yes",
      "PermitLocalCommand yes",
      `LocalCommand touch ${files.file("touched")}`,
      "ForkAfterAuthentication yes",
      "ExitOnForwardFailure yes",
    ];
    writeFileSync(config, `Host *\n${lines.map((line) => `  ${line}\n`).join("")}\nInclude ${sshd.configFile}\n`);
    const heard = environment();
    const connection = await connectTo(sshd, { configFile: config }, heard);
    expect((await connection.exec("true", never)).succeeded).toBe(true);
    await connection[Symbol.asyncDispose]();
    expect(heard.lines).toEqual([]);
    expect([existsSync(files.file("touched")), existsSync(files.file("other"))]).toEqual([false, false]);
    await new Promise((resolve) => taken.close(resolve));
  });

  it("goes through a jump host, whose address it then does not know", async () => {
    const connection = await connectTo(sshd, { jump: sshd.hostAlias });
    expect(connection.serverAddress).toBeUndefined();
    expect((await connection.exec("echo far", never)).stdout).toBe("far\n");
    await connection[Symbol.asyncDispose]();
  });

  it("with a signal that is already aborted rejects with its reason and starts nothing", async () => {
    const reason = { not: "even an error" };
    const options = { host: sshd.hostAlias, configFile: sshd.configFile };
    const attempt = connectOpenSsh(options, environment(), AbortSignal.abort(reason));
    await expect(attempt).rejects.toBe(reason);
    expect(sshProcesses()).toEqual([]);
  });

  it("aborted while the server says nothing rejects with the reason, and ssh is gone", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const arrived = new Promise<void>((resolve) =>
      silent.once("connection", (socket) => {
        socket.on("error", () => {}).resume();
        resolve();
      }),
    );
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const attempt = connectOpenSsh({ host: "127.0.0.1", port }, environment(), controller.signal);
    const rejected = expect(attempt).rejects.toBe(reason);
    await arrived;
    controller.abort(reason);
    await rejected;
    expect([sshProcesses(), socketDirectories()]).toEqual([[], []]);
    await new Promise((resolve) => silent.close(resolve));
  });

  const failures: readonly [string, () => Promise<Parameters<typeof connectOpenSsh>[0]>, string, RegExp][] = [
    [
      "a port where nobody listens",
      async () => ({ host: "127.0.0.1", port: await freePort() }),
      "SSH_CONNECT",
      /Connection refused/,
    ],
    ["a name that does not exist", async () => ({ host: "no-such-host.invalid" }), "SSH_CONNECT", /resolve hostname/],
    [
      "a wrong key",
      async () => {
        writeFileSync(files.file("stranger"), makeSshKey().privateKey, { mode: 0o600 });
        const more = { port: sshd.port, identityFiles: [files.file("stranger")] };
        const options = [`UserKnownHostsFile=${sshd.files.knownHosts}`, "IdentitiesOnly=yes", "IdentityAgent=none"];
        return { host: sshd.address, configFile: "/dev/null", options, ...more };
      },
      "SSH_AUTH",
      /Permission denied/,
    ],
    [
      "an unknown host key without a terminal",
      async () => ({
        host: sshd.hostAlias,
        configFile: sshd.configFile,
        options: ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=ask"],
      }),
      "SSH_HOST_KEY",
      /not known/,
    ],
    [
      "a host key that has changed",
      async () => {
        const name = `[${sshd.address}]:${sshd.port}`;
        const [type, key] = makeSshKey().publicKey.split(" ");
        writeFileSync(files.file("known_hosts"), `${name} ${type} ${key}\n`);
        const options = [`UserKnownHostsFile=${files.file("known_hosts")}`];
        return { host: sshd.hostAlias, configFile: sshd.configFile, options };
      },
      "SSH_HOST_KEY",
      /has changed/,
    ],
    [
      "an option that ssh does not know",
      async () => ({ host: "h", options: ["Nonsense=1"] }),
      "SSH_CONFIG",
      /nonsense/i,
    ],
    [
      "a configuration file that is not there",
      async () => ({ host: "h", configFile: files.file("nowhere") }),
      "SSH_CONFIG",
      /nowhere/,
    ],
    ["a host that begins with a dash", async () => ({ host: "-oProxyCommand=false" }), "USAGE_INVALID", /SSH host/],
  ];

  it.each(failures)("with %s fails in one clear sentence", async (_what, options, code, words) => {
    const error = await failureOf(connectOpenSsh(await options(), environment(), never));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).not.toMatch(/\n|debug1/);
    expect(error.hint).toBeDefined();
    expect([sshProcesses(), socketDirectories()]).toEqual([[], []]);
  });

  it("with a server that is not an SSH server says so", async () => {
    const ftp = createServer((socket) => {
      socket.on("error", () => {}).resume();
      socket.end("220 FTP server ready\r\n".repeat(60));
    });
    await new Promise<void>((resolve) => ftp.listen(0, "127.0.0.1", resolve));
    const { port } = ftp.address() as { port: number };
    const error = await failureOf(connectOpenSsh({ host: "127.0.0.1", port }, environment(), never));
    expect([error.code, error.message]).toEqual([
      "SSH_CONNECT",
      expect.stringContaining("is not an SSH server but an FTP"),
    ]);
    await new Promise((resolve) => ftp.close(resolve));
  });

  it("without an ssh on PATH names the program and the hint", async () => {
    const path = process.env["PATH"] ?? "";
    vi.stubEnv("PATH", files.path);
    const error = await failureOf(connectOpenSsh({ host: "h" }, environment(), never)).finally(() =>
      vi.stubEnv("PATH", path),
    );
    expect([error.code, error.message]).toEqual([
      "SSH_PROGRAM_MISSING",
      "the system's ssh cannot be used: there is no ssh on PATH",
    ]);
  });

  it("is told at once, and only once, when ssh is killed", async () => {
    const connection = await connectTo(sshd);
    const [pid = -1] = sshProcesses();
    process.kill(pid, "SIGKILL");
    expect(await connection.lost).toMatchObject({ code: "SSH_DISCONNECTED" });
    await connection[Symbol.asyncDispose]();
    await until("end of ssh", () => !isRunning(pid));
  });
});
