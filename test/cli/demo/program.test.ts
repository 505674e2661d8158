// The demo as a program: nothing of the machine that it runs on, on standard output what it has checked, and nothing left.

import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { loopbackModes } from "../../../src/lab/loopback/modes.ts";
import { describePeers } from "../../support/missing.ts";
import { patienceMs } from "../../support/patience.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { TestClient } from "../../support/test-client.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
let dir: TempDir;
let bare: { readonly inherits: false; readonly env: Readonly<Record<string, string>> };
beforeAll(() => {
  program = buildProgram();
});
beforeEach(() => {
  dir = makeTempDir("demo");
  for (const name of ["home", "tmp", "bin"]) mkdirSync(dir.file(name));
  const env = { HOME: dir.file("home"), TMPDIR: dir.file("tmp"), PATH: dir.file("bin") };
  bare = { inherits: false, env };
});
afterEach(() => {
  // Nothing is ever written.
  const left = ["home", "tmp", "bin"].flatMap((name) => readdirSync(dir.file(name)));
  dir.remove();
  expect(left).toEqual([]);
});

test("without a terminal it needs no home, no ssh and no environment, shows each mode, and ends by itself", async () => {
  const { ended, stdout, stderr } = await run(program.real, ["demo"], bare);
  expect([ended, stderr]).toEqual(["exit 0", ""]);
  for (const { name, scenario } of loopbackModes) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${name === "third party" ? 2 : 3} ok +${scenario} `, "m"));
  }
  expect(stdout.split("\n").length).toBeLessThan(80);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  expect(stdout).not.toMatch(/The tunnel stays open|FAILED|left out|> STOR \/from-eprt/);
  // The failing and the working run name different ports.
  const named = Array.from(stdout.matchAll(/^ {2}227 .*$/gm), ([line]) => line);
  expect(named).toHaveLength(2);
  expect(named[0]).not.toBe(named[1]);
});

test("-v shows what was said in every transfer", async () => {
  const long = await run(program.real, ["demo", "-v"], bare);
  expect(long.stdout).toContain("> STOR /from-eprt");
  expect(long.stdout.match(/^ {2}ok {2}/gm)).toHaveLength(23);
  for (const [index, { title }] of loopbackModes.entries()) {
    expect(long.stdout).toContain(`\n${index + 1}/${loopbackModes.length} ${title}\n`);
  }
  expect([long.ended, long.stderr]).toEqual(["exit 0", ""]);
});

test("it ends when nobody reads what it prints", async () => {
  await using demo = start(program.real, ["demo", "-v"], bare);
  await demo.sees(/FTP through SSH/);
  demo.closeStdout();
  expect(await demo.ended).toBe("exit 141");
  expect(demo.stderr()).toBe("");
});

// Not behind the last mode: it ends by itself then, and a signal that comes in that moment ends the process.
test.each([/FTP through SSH/, /^1\/8/m, /^4\/8/m])("Ctrl-C after %s ends it with 0", async (moment) => {
  await using demo = start(program.real, ["demo", "-v"], bare);
  await demo.sees(moment);
  demo.kill("SIGINT");
  expect(await demo.ended).toBe("exit 0");
  expect(demo.stderr()).toBe("");
});

test.each([
  [["demo", "--help"], { ended: "exit 0", stdout: helpText("demo"), stderr: "" }],
  [
    ["demo", "--onec"],
    { ended: "exit 2", stdout: "", stderr: "sallyport: unknown option --onec\n  Did you mean --once?\n" },
  ],
  [
    ["demo", "--once", "now"],
    {
      ended: "exit 2",
      stdout: "",
      stderr: 'sallyport: unexpected argument "now"\n  Write sallyport demo [--once] [--step] [-v].\n',
    },
  ],
  [
    ["demo", "--step"],
    {
      ended: "exit 2",
      stdout: "",
      stderr: "sallyport: --step waits for Enter, but this is not a terminal\n  Leave --step out, or take -v.\n",
    },
  ],
  [
    ["demo", "--", "lftp"],
    { ended: "exit 2", stdout: "", stderr: "sallyport: demo runs no command\n  Leave the -- out.\n" },
  ],
])("%j", async (args, result) => {
  expect(await run(program.real, args, bare)).toEqual(result);
});

describePeers(["expect"], "on a terminal", () => {
  interface Terminal extends AsyncDisposable {
    /** Resolves with the match in what was shown. */
    sees(pattern: RegExp): Promise<RegExpExecArray>;
    type(text: string): void;
    /** All that was shown, with `status N` at the end. */
    readonly shown: Promise<string>;
  }

  /** The demo on a terminal of this width; what is typed goes there. */
  function onTerminal(columns: number, words: string, env: Readonly<Record<string, string>> = {}): Terminal {
    const script = `
      after ${patienceMs} { exec kill -KILL [exp_pid]; exit 1 }
      set stty_init "columns ${columns}"
      spawn -noecho "$env(NODE)" "$env(PROGRAM)" demo ${words}
      fconfigure stdin -blocking 0 -translation binary
      fileevent stdin readable { set typed [read stdin]; if {$typed ne ""} { send -- $typed } }
      expect_background -i $spawn_id eof { set done 1 } full_buffer {}
      vwait done
      puts "status [lindex [wait] 3]"`;
    const child = spawn("expect", ["-c", script], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm", NO_COLOR: "", NODE: process.execPath, PROGRAM: program.real, ...env },
    });
    let text = "";
    let wake = (): void => {};
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      wake();
    });
    const shown = new Promise<string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => resolve(text));
    });
    return {
      shown,
      type: (words) => void child.stdin.write(words),
      async sees(pattern) {
        for (;;) {
          const found = pattern.exec(text.replaceAll(/\u001b\[[\d;]*m/g, ""));
          if (found !== null) return found;
          await new Promise<void>((resolve, reject) => {
            wake = resolve;
            void shown.then(() => reject(new Error(`the demo ended without ${pattern}:\n${text}`)));
          });
        }
      },
      async [Symbol.asyncDispose]() {
        child.kill();
        await shown;
      },
    };
  }

  const ready = /ftp:\/\/demo:demo@127\.0\.0\.1:(\d+)\r?\n[\s\S]*leaves nothing/;

  test("it stays for any client but one with a wrong password, shows what that one does, and ends with Ctrl-C", async () => {
    await using demo = onTerminal(80, "");
    const [, port] = await demo.sees(ready);
    const stranger = await TestClient.connect({ port: Number(port) });
    await stranger.reply();
    expect([await stranger.code("USER demo"), await stranger.code("PASS other")]).toEqual([331, 530]);
    stranger[Symbol.dispose]();
    const peer = await (await TestClient.connect({ port: Number(port) })).login("demo", "demo");
    expect((await peer.download("RETR castle")).text).toContain("the sally port: small, guarded, open");
    await demo.sees(/^ *\d+ {2}> RETR castle/m);
    demo.type("\u0003");
    expect(await demo.shown).toMatch(/status 0\s*$/);
    peer[Symbol.dispose]();
    await expect(reach(Number(port))).resolves.toBe("ECONNREFUSED");
  });

  test("--step continues with Enter, and ends with Ctrl-C", async () => {
    await using demo = onTerminal(80, "--step");
    await demo.sees(/1\. What fails[\s\S]*where nothing\s+listens/);
    demo.type("\r");
    await demo.sees(/2\. What helps[\s\S]*226 /);
    demo.type("\r");
    await demo.sees(/1\/8 PASV[\s\S]*With plain ssh -L/);
    demo.type("\u0003");
    const shown = await demo.shown;
    expect(shown).toMatch(/status 0\s*$/);
    expect(shown).not.toContain("2/8 EPSV");
  });

  test("it is coloured, and as wide as the terminal up to 120 columns", async () => {
    await using demo = onTerminal(150, "--once -v");
    const shown = await demo.shown;
    expect(shown).toContain("status 0");
    expect(shown).toContain("\u001b[32m  ok\u001b[0m  list: ");
    const widths = shown.split("\r\n").map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, "").length);
    expect(Math.max(...widths)).toBeGreaterThan(100);
    expect(Math.max(...widths)).toBeLessThanOrEqual(120);
  });

  test("it fits 50 columns, and NO_COLOR is respected", async () => {
    await using demo = onTerminal(50, "--once -v", { NO_COLOR: "1" });
    const shown = await demo.shown;
    expect(shown).toContain("status 0");
    expect(shown).toContain("  ok  list: ");
    expect(shown).not.toContain("\u001b");
    expect(shown.split("\r\n").filter((line) => line.length > 50)).toEqual([]);
  });
});

/** What becomes of a connection to the port. */
function reach(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => socket.destroy());
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.on("close", () => resolve("reached"));
  });
}
