// The program itself, as a user types it, between a real sshd, a real FTP server and curl.
import { spawn } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuiltProgram, buildProgram, run, start } from "../cli/support/built-program.ts";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { patienceMs } from "../support/patience.ts";
import { commandLineOf, isRunning, signalProcess } from "../support/processes.ts";
import { watchResources } from "../support/resources.ts";
import { makeSshKey } from "../support/ssh-keys.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";

watchResources();

describePeers(["sshd", "vsftpd", "curl", "expect"], "the program", () => {
  let program: BuiltProgram;
  let sshd: Sshd;
  let server: FtpServer;
  let dir: TempDir;
  beforeAll(async () => {
    program = buildProgram();
    dir = makeTempDir("command-line");
    [sshd, server] = await Promise.all([startSshd(), startVsftpd()]);
    server.place("hello.txt", "hello from far away\n");
  });
  afterAll(async () => {
    await Promise.all([sshd.stop(), server.stop()]);
    dir.remove();
  });

  const words = (transport: string, ...more: string[]): string[] => [
    "--ssh",
    transport,
    ...["-F", sshd.configFile, `-L0:${server.address}:${server.port}`],
    ...more,
    sshd.hostAlias,
  ];
  const curl = (url: string): string[] => ["curl", "-sS", "-u", `${server.user}:${server.password}`, url];

  describe.each(["openssh", "embedded"])("with the %s transport", (transport) => {
    test("a client works in passive and in active mode, until SIGTERM", async () => {
      await using running = start(program.real, words(transport));
      const [, url = ""] = await running.sees(/^(ftp:\S+) -> \S+ through sallyport-test$/m);
      for (const mode of [[], ["--disable-epsv"], ["-P", "-"], ["-P", "-", "--disable-eprt"]]) {
        const [command = "", ...args] = [...curl(`${url}/hello.txt`), ...mode];
        expect(await output(command, args)).toBe("hello from far away\n");
      }
      running.kill("SIGTERM");
      expect(await running.ended).toBe("exit 0");
    });

    test("a command runs with the tunnel, and nothing but its output is on standard output", async () => {
      const { ended, stdout } = await run(program.real, [...words(transport), "--", ...curl("{url}/hello.txt")]);
      expect([ended, stdout]).toEqual(["exit 0", "hello from far away\n"]);
    });

    test("a trace has both sides, and not the password", async () => {
      const file = dir.file(`trace-${transport}`);
      const command = [...curl("{url}/hello.txt"), "--disable-epsv"];
      await run(program.real, [`--trace=${file}`, ...words(transport), "--", ...command]);
      const trace = readFileSync(file, "utf8");
      expect(trace).toMatch(/> PASV [\s\S]*\| \*> EPSV/); // in one line, unless the machine is busy
      expect(trace).toMatch(/> RETR hello\.txt +\|\n[\s\S]*\| {2}> RETR hello\.txt/);
      expect(trace).toMatch(/> PASS \*\*\* +\| {2}> PASS \*\*\*/);
      expect(trace).not.toContain(server.password);
    });

    test("--log text has one line for a download", async () => {
      const command = [...words(transport), "--log", "text", "--", ...curl("{url}/hello.txt")];
      const { stderr } = await run(program.real, command);
      expect(stderr).toMatch(/session 1: RETR hello\.txt: 20 bytes in [\d.]+ m?s \(226 [^)]*\)\n/);
    });

    test.each([
      ["a key that is not let in", ["-o", "IdentityFile=/dev/null", "-F", "none"], "SSH_AUTH"],
      ["an unknown host key", ["-o", "UserKnownHostsFile=/dev/null"], "SSH_HOST_KEY"],
      ["a port where nobody listens", ["-p", "1"], "SSH_CONNECT"],
    ])("%s ends with 255 and one message with a hint", async (_, more, code) => {
      const direct = ["-o", `HostName=${sshd.address}`, "-o", "StrictHostKeyChecking=yes"];
      const destination = more.includes("none")
        ? ["-p", String(sshd.port), "-o", `UserKnownHostsFile=${sshd.files.knownHosts}`, `${sshd.user}@${sshd.address}`]
        : ["-F", sshd.configFile, sshd.hostAlias];
      const line = ["--json", "--ssh", transport, "-L0:127.0.0.1:21", ...more, ...direct, ...destination];
      const { ended, stdout, stderr } = await run(program.real, line, { env: { SSH_AUTH_SOCK: "" } });
      expect(ended).toBe("exit 255");
      expect(JSON.parse(stdout)).toMatchObject({ event: "error", code, exitStatus: 255, hint: expect.any(String) });
      expect(stderr).toMatch(/^sallyport: .+\n {2}.+\n$/m);
      expect(stderr).not.toMatch(/^ {4}at /m);
    });

    test("-f asks for the passphrase on the terminal, goes to the background, and leaves nothing at its end", async () => {
      const key = makeSshKey("ed25519", "open sesame");
      const path = dir.file(`key-${transport}`);
      writeFileSync(path, key.privateKey, { mode: 0o600 });
      appendFileSync(sshd.files.authorizedKeys, key.publicKey);
      const config = dir.file(`config-${transport}`);
      writeFileSync(config, readFileSync(sshd.configFile, "utf8").replace(/IdentityFile .*/, `IdentityFile ${path}`));
      const line = ["-f", ...words(transport), "-F", config];
      // As in a script: what the program prints is taken, and the tunnel is used while the shell still has the terminal.
      const script = 'line=$("$@"); echo "status $?"; curl -sS -u "$LOGIN" "$(echo "$line" | cut -d" " -f1)/hello.txt"';
      const shell = ["sh", "-c", script, "sh", process.execPath, program.real, ...line];
      try {
        const shown = await onTerminal(shell, "assphrase", "open sesame", `${server.user}:${server.password}`);
        expect(shown).toContain("status 0\r\nhello from far away\r\n");
        expect(shown).not.toContain("open sesame");
        expect(processesWith(config)).not.toEqual([]);
      } finally {
        for (const pid of processesWith(`${program.real} -f`)) signalProcess(pid, "SIGTERM");
        await until("the end of all", () => processesWith(config).length === 0);
      }
    });
  });

  test("without an ssh program --ssh openssh says so, and auto takes the embedded transport", async () => {
    const env = { PATH: dir.path };
    const refused = await run(program.real, words("openssh"), { env });
    expect(refused.ended).toBe("exit 255");
    expect(refused.stderr).toMatch(/^sallyport: .*ssh.*\n {2}.+\n$/);
    await using running = start(program.real, words("auto", "--json"), { env });
    await running.sees(/"transport":"embedded"/);
    running.kill("SIGTERM");
    expect(await running.ended).toBe("exit 0");
  });
});

function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
    child.on("error", reject);
    child.on("close", () => resolve(text));
  });
}

/** Runs the words on a terminal and types the answer at the prompt; gives what the terminal showed. */
function onTerminal(words: readonly string[], prompt: string, answer: string, login: string): Promise<string> {
  const list = words.map((word) => `{${word}}`).join(" ");
  const patience = "timeout { exec kill [exp_pid]; exit 1 }";
  const script = `
    set timeout ${patienceMs / 1000}
    spawn -noecho ${list}
    expect ${patience} {${prompt}} { send "${answer}\\r" }
    expect ${patience} eof`;
  return output("expect", ["-c", script], { ...process.env, LOGIN: login });
}

function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && commandLineOf(pid).includes(text) && isRunning(pid));
}
