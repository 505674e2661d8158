// The demo as a program: nothing of the machine that it runs on, on standard output what it has checked, and nothing left.

import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acts } from "../../../src/cli/demo/acts.ts";
import { demoHelpText } from "../../../src/cli/demo/demo-help.ts";
import { Peer } from "../../server/peer.ts";
import { describePeers } from "../../support/missing.ts";
import { patienceMs } from "../../support/patience.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
let dir: TempDir;
let bare: { readonly inherits: false; readonly env: Readonly<Record<string, string>> };
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());
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

test("--once needs no home, no ssh and no environment, and shows each mode with what was checked", async () => {
  const { ended, stdout, stderr } = await run(program.real, ["demo", "--once"], bare);
  expect([ended, stderr]).toEqual(["exit 0", ""]);
  for (const [index, { title, name, story }] of acts.entries()) {
    expect(stdout).toContain(`\n${index + 1}/${acts.length} ${title}\n`);
    expect(stdout).toMatch(new RegExp(`^ ${name} +${name === "third party" ? 2 : 3} ok +${story.scenario} `, "m"));
  }
  expect(stdout.match(/^ {2}ok {2}/gm)).toHaveLength(23);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  expect(stdout).not.toMatch(/The tunnel stays open|FAILED|left out/);
});

test("-v shows what was said in every transfer", async () => {
  const [short, long] = await Promise.all([
    run(program.real, ["demo", "--once"], bare),
    run(program.real, ["demo", "--once", "-v"], bare),
  ]);
  expect(short.stdout).not.toContain("> STOR from-eprt.bin");
  expect(long.stdout).toContain("> STOR from-eprt.bin");
  expect(long.ended).toBe("exit 0");
});

describe("without --once it stays", () => {
  test("for any client, shows what that one does, and ends with Ctrl-C", async () => {
    await using demo = start(program.real, ["demo"], bare);
    const [, port] = await demo.sees(/ftp:\/\/demo:demo@127\.0\.0\.1:(\d+)$/m);
    await demo.sees(/Ctrl-C ends everything/);
    const peer = await (await Peer.connect(Number(port))).login("demo", "demo");
    expect((await peer.download("RETR castle.txt")).text).toContain("the sally port: small, guarded, open");
    await demo.sees(/^ *\d+ {2}> RETR castle\.txt/m);
    demo.kill("SIGINT");
    expect(await demo.ended).toBe("exit 0");
    expect(demo.stderr()).toBe("");
    peer[Symbol.dispose]();
    await expect(reach(Number(port))).resolves.toBe("ECONNREFUSED");
  });

  test("and a wrong password opens nothing", async () => {
    await using demo = start(program.real, ["demo"], bare);
    const [, port] = await demo.sees(/ftp:\/\/demo:demo@127\.0\.0\.1:(\d+)$/m);
    const peer = await Peer.connect(Number(port));
    await peer.reply();
    expect([await peer.code("USER demo"), await peer.code("PASS other")]).toEqual([331, 530]);
    peer[Symbol.dispose]();
    demo.kill("SIGTERM");
    expect(await demo.ended).toBe("exit 0");
  });

  test("until nobody reads what it prints", async () => {
    await using demo = start(program.real, ["demo"], bare);
    await demo.sees(/FTP through SSH/);
    demo.closeStdout();
    expect(await demo.ended).toBe("exit 141");
    expect(demo.stderr()).toBe("");
  });
});

test.each([/FTP through SSH/, /^1\/8/m, /^4\/8/m, /^8\/8/m])("Ctrl-C after %s ends it with 0", async (moment) => {
  await using demo = start(program.real, ["demo"], bare);
  await demo.sees(moment);
  demo.kill("SIGINT");
  expect(await demo.ended).toBe("exit 0");
  expect(demo.stderr()).toBe("");
});

test.each([
  [["demo", "--help"], { ended: "exit 0", stdout: demoHelpText(), stderr: "" }],
  [
    ["demo", "--onec"],
    { ended: "exit 2", stdout: "", stderr: "sallyport: there is no option --onec\n  Did you mean --once?\n" },
  ],
  [
    ["demo", "--once", "now"],
    {
      ended: "exit 2",
      stdout: "",
      stderr: 'sallyport: "now" is one word too many\n  Write sallyport demo [--once] [-v].\n',
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
  /** All that a terminal of this width showed. */
  function onTerminal(columns: number, env: Readonly<Record<string, string>>): Promise<string> {
    const script = `
      set timeout ${patienceMs / 1000}
      set stty_init "columns ${columns}"
      spawn -noecho "$env(NODE)" "$env(PROGRAM)" demo --once
      expect timeout { exec kill -KILL [exp_pid]; exit 1 } eof
      puts "status [lindex [wait] 3]"`;
    const child = spawn("expect", ["-c", script], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm", NODE: process.execPath, PROGRAM: program.real, ...env },
    });
    let shown = "";
    child.stdout.on("data", (bytes: Buffer) => {
      shown += bytes.toString();
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => resolve(shown));
    });
  }

  test("it is coloured, and as wide as the terminal up to 120 columns", async () => {
    const shown = await onTerminal(150, { NO_COLOR: "" });
    expect(shown).toContain("status 0");
    expect(shown).toContain("\u001b[32m  ok\u001b[0m  list: ");
    const widths = shown.split("\r\n").map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, "").length);
    expect(Math.max(...widths)).toBeGreaterThan(100);
    expect(Math.max(...widths)).toBeLessThanOrEqual(120);
  });

  test("NO_COLOR is respected", async () => {
    const shown = await onTerminal(80, { NO_COLOR: "1" });
    expect(shown).toContain("status 0");
    expect(shown).toContain("  ok  list: ");
    expect(shown).not.toContain("\u001b");
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
