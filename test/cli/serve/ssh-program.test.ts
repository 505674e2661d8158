// The whole program with an SSH server: started, and used with exactly what it says.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runClient } from "../../support/clients/run-client.ts";
import { runCurl } from "../../support/clients.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { clientKey } from "../../support/ssh-keys.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, type Run, start } from "../support/built-program.ts";

watchResources();

describePeers(["ssh", "curl"], "serve --ssh as a program", () => {
  let program: BuiltProgram;
  let here: TempDir;
  beforeAll(() => {
    program = buildProgram();
    here = makeTempDir("serve-ssh");
    mkdirSync(here.file("files"));
    mkdirSync(here.file("keys"));
    writeFileSync(here.file("files/a"), "hello");
    writeFileSync(here.file("keys/alice"), clientKey().publicKey);
    writeFileSync(here.file("id"), clientKey().privateKey, { mode: 0o600 });
    writeFileSync(here.file("ask"), "#!/bin/sh\necho secret\n", { mode: 0o755 });
  });
  afterAll(() => {
    here.remove();
  });

  const serve = (...more: string[]): Run =>
    start(program.real, ["serve", here.file("files"), "--listen", "0", "--user", "alice", "--ssh", "0", ...more], {
      env: {
        SSH_ASKPASS: here.file("ask"),
        SSH_ASKPASS_REQUIRE: "force",
        DISPLAY: ":0",
        XDG_STATE_HOME: here.file("state"),
      },
    });

  /** A configuration that knows the key which the server has told. */
  function config(port: string, fingerprint: string): string {
    const scanned = execFileSync("ssh-keyscan", ["-p", port, "127.0.0.1"], { stdio: ["ignore", "pipe", "ignore"] });
    writeFileSync(here.file("known_hosts"), scanned);
    const told = execFileSync("ssh-keygen", ["-lf", here.file("known_hosts")], { encoding: "utf8" });
    expect(told).toContain(fingerprint);
    const lines = ["Host *", `UserKnownHostsFile ${here.file("known_hosts")}`, `IdentityFile ${here.file("id")}`];
    writeFileSync(here.file("config"), `${lines.join("\n")}\nIdentitiesOnly yes\nIdentityAgent none\n`);
    return here.file("config");
  }

  test("what it says to type works: ssh, sftp, sallyport in every mode with both transports", async () => {
    await using server = serve("--authorized-keys", here.file("keys/%u"));
    const [, fingerprint = ""] = await server.sees(/^ {2}host key {8}ED25519 (SHA256:\S+)$/m);
    const [, login = ""] = await server.sees(/^ {2}try the login {3}ssh (.*)$/m);
    const [, sftp = ""] = await server.sees(/^ {2}its files {7}sftp (.*)$/m);
    const [, tunnel = ""] = await server.sees(/^ {2}FTP through it {2}sallyport (.*)$/m);
    const file = config(/-p (\d+)/.exec(login)?.[1] ?? "", fingerprint);
    expect(await runClient("ssh", ["-F", file, ...login.split(" ")])).toMatchObject({ exit: 0, stderr: "" });
    const listing = await runClient("sftp", ["-F", file, "-b", "-", ...sftp.split(" ")], { input: "ls\n" });
    expect(listing.stdout).toMatch(/^a\s*$/m);
    const anyPort = tunnel.replace("-L 2001:", "-L 0:").split(" ");
    for (const transport of ["openssh", "embedded"]) {
      for (const back of ["passive", "active", "default-port"]) {
        await using running = start(program.real, ["-F", file, "--ssh", transport, "--back", back, ...anyPort]);
        const [, port] = await running.sees(/127\.0\.0\.1:(\d+) ->/);
        for (const mode of [[], ["-P", "-"]]) {
          const got = await runCurl([...mode, "-u", "alice:secret", `ftp://127.0.0.1:${port}/a`]);
          expect(got, `${transport} ${back} ${mode}: ${got.stderr}`).toMatchObject({ stdout: "hello" });
        }
        running.kill("SIGTERM");
        await running.ended;
      }
    }
    server.kill("SIGTERM");
    expect(await server.ended).toBe("exit 0");
  });

  test("a host key that others can read ends it with a hint", async () => {
    const file = here.file("bad/key");
    mkdirSync(here.file("bad"), { mode: 0o700 });
    writeFileSync(file, clientKey().privateKey);
    chmodSync(file, 0o644);
    await using server = serve("--host-key", file);
    expect(await server.ended).toBe("exit 2");
    expect(server.stderr()).toContain(`${file} can be read by others`);
    expect(server.stderr()).toContain("chmod 600");
    expect(readFileSync(file, "utf8")).toBe(clientKey().privateKey);
  });

  test("--permit-open with what is no pattern ends it", async () => {
    await using server = serve("--permit-open", "nonsense");
    expect(await server.ended).toBe("exit 2");
    expect(server.stderr()).toContain('"nonsense" is not host:port');
  });
});
