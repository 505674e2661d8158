import { readFileSync, statSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, start } from "../support/built-program.ts";
import { Dialogue } from "../support/dialogue.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

const ready = /^ftp:\/\/127\.0\.0\.1:2001 -> f:21 through ssh-host$/m;
const forward = ["-L2001:f:21", "ssh-host"];

describe("a tunnel", () => {
  test("says one line per forward on standard output, and nothing on standard error", async () => {
    await using running = start(program.fake, ["-L2001:f:21", "-L", "[::1]:2002:g:2121", "ssh-host"]);
    await running.sees(/g:2121/);
    expect(running.stdout()).toBe(
      "ftp://127.0.0.1:2001 -> f:21 through ssh-host\nftp://::1:2002 -> g:2121 through ssh-host\n",
    );
    expect(running.stderr()).toBe("");
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s lets transfers finish, and exits with 0", async (signal) => {
    await using running = start(program.fake, forward);
    await running.sees(ready);
    running.kill(signal);
    expect(await running.ended).toBe("exit 0");
    expect(running.stderr()).toBe("FAKE closes within 10000\nFAKE disposed\n");
  });

  test("says what it waits for; a second signal ends it at once", async () => {
    await using running = start(program.fake, forward, { tunnel: { closeMs: 60_000, transfers: 2 }, leaves: true });
    await running.sees(ready);
    running.kill("SIGTERM");
    await running.sees(/sallyport: warning: waiting up to 10 s for 2 transfers to finish; again to stop now/);
    running.kill("SIGINT");
    expect(await running.ended).toBe("exit 0");
    expect(running.stderr()).toMatch(/FAKE disposed\n.*left open: .*\n$/);
  });

  test("that ends by itself is an error with its status", async () => {
    const lost = { afterMs: 50, code: "SSH_DISCONNECTED", message: "ssh has gone", hint: "Start again." };
    await using running = start(program.fake, ["--json", ...forward], { tunnel: { lost } });
    expect(await running.ended).toBe("exit 255");
    expect(running.stderr()).toBe("FAKE disposed\nsallyport: ssh has gone\n  Start again.\n");
    const objects = running
      .stdout()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(objects.map(({ event }) => event)).toEqual(["listening", "error"]);
  });

  test("--check says once that the SSH server refuses the connection, with what to do", async () => {
    const reason = "the SSH server refused to connect to f:21";
    const events = [{ type: "ssh.channel.refused", target: "f:21", reason, session: 0, timeMs: 1 }];
    const fail = { code: "SSH_CHANNEL_REFUSED", message: reason, hint: "Set PermitOpen." };
    await using running = start(program.fake, ["--check", ...forward], { tunnel: { events, fail } });
    expect(await running.ended).toBe("exit 255");
    expect(running.stderr()).toBe(`sallyport: ${reason}\n  Set PermitOpen.\n`);
  });

  test("--json tells listening and closed", async () => {
    await using running = start(program.fake, ["--json", ...forward]);
    await running.sees(/listening/);
    running.kill("SIGTERM");
    await running.ended;
    expect(running.stdout()).toMatch(
      /^\{"event":"listening","url":"ftp:\/\/127\.0\.0\.1:2001",.*\}\n\{"event":"closed"\}\n$/,
    );
  });

  test("goes on when nobody reads its lines any more", async () => {
    await using running = start(program.fake, forward, { tunnel: { marks: true } });
    running.closeStdout();
    await running.sees(/FAKE marks/);
    running.kill("SIGTERM");
    expect(await running.ended).toBe("exit 0");
    expect(running.stderr()).not.toContain("EPIPE");
  });

  test("is disposed when something was thrown that nobody caught: one message, status 1", async () => {
    await using running = start(program.fake, forward, { tunnel: { crashMs: 50 } });
    expect(await running.ended).toBe("exit 1");
    expect(running.stderr()).toMatch(
      /^FAKE aborted\nFAKE disposed\nsallyport: a fault in Sallyport: nobody caught this\n {2}Please report it.*\n$/,
    );
  });
});

describe("before the tunnel is ready", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s breaks the attempt off, with status %i and no error message", async (signal, status) => {
    await using running = start(program.fake, forward, { tunnel: { hang: true } });
    await running.sees(/FAKE hangs/);
    running.kill(signal);
    expect(await running.ended).toBe(`exit ${status}`);
    expect(running.stdout() + running.stderr()).toBe("FAKE hangs\n");
  });

  test("a transport that does not listen is left behind after a second signal", async () => {
    await using running = start(program.fake, forward, { tunnel: { hang: true, deaf: true }, leaves: true });
    await running.sees(/FAKE hangs/);
    running.kill("SIGTERM");
    running.kill("SIGINT");
    expect(await running.ended).toMatch(/exit 1(30|43)/);
    expect(running.stderr()).toContain("left open: ");
  });
});

describe("-g", () => {
  test("says on standard error what it opens to whom", async () => {
    await using running = start(program.fake, ["-g", ...forward]);
    await running.sees(ready);
    expect(running.stderr()).toBe(
      "sallyport: warning: -g: control and data listeners can be reached from the network; " +
        "whoever reaches them reaches f:21; the leg from the client to here is not encrypted\n",
    );
  });

  test("has nothing to say with -q, or when all is loopback", async () => {
    await using quiet = start(program.fake, ["-gq", ...forward]);
    await using loopback = start(program.fake, ["-g", "-Llocalhost:2001:f:21", "ssh-host"]);
    await Promise.all([quiet.sees(/f:21/), loopback.sees(/f:21/)]);
    expect([quiet.stderr(), loopback.stderr()]).toEqual(["", ""]);
  });
});

describe("what is told on the way", () => {
  const events = [
    ...new Dialogue(0).event({ type: "ssh.connected", target: "h", transport: "embedded" }).events,
    ...new Dialogue(1).open().command("RETR x").reply("550 No such file.").events,
    ...new Dialogue(0).event({ type: "ssh.lost", reason: "reset", retryInMs: 100 }).events,
  ];
  const warning = "SSH connection lost: reset; connecting again in 100 ms";

  test("without options: warnings", async () => {
    await using running = start(program.fake, forward, { tunnel: { events } });
    await running.sees(ready);
    expect(running.stderr()).toMatch(new RegExp(`^sallyport: warning: ${warning}\n {2}The listeners stay.*\n$`));
  });

  test("--log text: sessions and transfers, with date and time", async () => {
    await using running = start(program.fake, ["--log", "text", ...forward], { tunnel: { events } });
    await running.sees(ready);
    expect(running.stderr().replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /gm, "")).toBe(
      [
        "sallyport: connected to h (embedded)",
        "sallyport: session 1: opened by 127.0.0.1:51234 for ftp-host:21",
        "sallyport: session 1: RETR x: no data (550 No such file.)",
        `sallyport: warning: ${warning}`,
        "",
      ].join("\n"),
    );
  });

  test("--log json: the same as objects", async () => {
    await using running = start(program.fake, ["--log=json", ...forward], { tunnel: { events } });
    await running.sees(ready);
    const lines = running
      .stderr()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(lines.map(({ event }) => event)).toEqual(["ssh.connected", "session.open", "transfer", "ssh.lost"]);
  });

  test("--trace=FILE: both sides in a file of the user's own; -q: no warnings", async () => {
    const dir = makeTempDir("trace");
    try {
      await using running = start(program.fake, [`--trace=${dir.file("t")}`, "-q", ...forward], { tunnel: { events } });
      await running.sees(ready);
      running.kill("SIGTERM");
      await running.ended;
      expect(statSync(dir.file("t")).mode & 0o777).toBe(0o600);
      expect(readFileSync(dir.file("t"), "utf8")).toMatch(
        /> RETR x +\| {2}> RETR x\n.*< 550 No such file\. +\| {2}< 550/,
      );
      expect(running.stderr()).not.toContain("lost");
    } finally {
      dir.remove();
    }
  });

  test("--trace without a file: on standard error", async () => {
    await using running = start(program.fake, ["--trace", ...forward], { tunnel: { events } });
    await running.sees(ready);
    expect(running.stderr()).toContain("> RETR x");
  });
});
