// The prompt on a real terminal, which expect(1) plays.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openServer } from "../../../src/serve/open-server.ts";
import type { Server } from "../../../src/serve/options.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

let [there, here]: TempDir[] = [];
let server: Server;
beforeEach(async () => {
  there = makeTempDir("there");
  here = makeTempDir("here");
  const users = [{ name: "anna", password: "hunter2" }];
  server = await openServer({ files: there.path, users, listen: [{ port: 0 }] });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  there?.remove();
  here?.remove();
});

type Step = { readonly see: string } | { readonly type: string };
const see = (text: string): Step => ({ see: text });
const type = (keys: string): Step => ({ type: keys });

/** Plays the steps; gives all that the terminal showed, and the status at its end. */
async function onTerminal(steps: readonly Step[], options: readonly string[] = []): Promise<string> {
  // Whatever goes wrong, nothing is left behind.
  const patience = 'timeout { puts "TIMEOUT at $step"; exec kill -KILL [exp_pid]; exit 1 }';
  const played = steps.map((step, index) =>
    "see" in step
      ? `set step ${index}\nexpect ${patience} eof { puts "EOF at ${index}"; exit 1 } -ex $env(STEP${index}) {}`
      : `send -- $env(STEP${index})`,
  );
  const script = [
    "set timeout 10",
    "set stty_init {rows 24 columns 100}",
    `spawn -noecho $env(NODE) $env(PROGRAM) ftp ${options.join(" ")} 127.0.0.1 $env(PORT)`,
    ...played,
    `set step end\nexpect ${patience} eof`,
    'puts "status [lindex [wait] 3]"',
  ];
  const values = steps.map((step, index) => [`STEP${index}`, "see" in step ? step.see : step.type]);
  const child = spawn("expect", ["-c", script.join("\n")], {
    cwd: here!.path,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      HOME: here!.path,
      NODE: process.execPath,
      PROGRAM: program.real,
      PORT: String(server.listeners[0]?.port),
      ...Object.fromEntries(values),
    },
  });
  let shown = "";
  child.stdout.on("data", (bytes: Buffer) => {
    shown += bytes.toString("latin1");
  });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(shown));
  });
}

const login: readonly Step[] = [
  see("Name (127.0.0.1:"),
  type("anna\r"),
  see("Password: "),
  type("hunter2\r"),
  see("230 "),
  see("ftp> "),
];
const quit: readonly Step[] = [type("quit\r")];

describePeers(["expect"], "the prompt on a terminal", () => {
  test("asks for name and password, shows the password nowhere, and replies as they come", async () => {
    const steps = [
      ...login,
      type("pwd\r"),
      see("257 "),
      see("ftp> "),
      type("cd nowhere\r"),
      see("550 "),
      see("ftp> "),
      ...quit,
    ];
    const shown = await onTerminal(steps, ["-d"]);
    expect(shown).toContain("---> PASS XXXX");
    expect(shown).not.toContain("hunter2");
    expect(shown).toContain("221 ");
    expect(shown).toMatch(/status 0\s*$/);
  });

  test("the greeting comes before the questions, a wrong password is no end, and user logs in anew", async () => {
    const steps = [
      see("220 "),
      see("Name (127.0.0.1:"),
      type("anna\r"),
      see("Password: "),
      type("wrong\r"),
      see("530 "),
      see("Say user NAME to try again."),
      see("ftp> "),
      type("user anna\r"),
      see("Password: "),
      type("hunter2\r"),
      see("230 "),
      see("ftp> "),
      // In the session that is there.
      type("user anna hunter2\r"),
      see("331 "),
      see("230 "),
      see("ftp> "),
      ...quit,
    ];
    const shown = await onTerminal(steps);
    expect(shown.match(/^220 /gm)).toHaveLength(2);
    expect(shown).not.toContain("211");
    expect(shown).toMatch(/status 0\s*$/);
  });

  test("Tab completes commands, files here and files at the server", async () => {
    writeFileSync(there!.file("two words.txt"), "x");
    mkdirSync(there!.file("deep"));
    writeFileSync(there!.file("deep/er"), "y");
    writeFileSync(here!.file("mine"), "z");
    const steps = [
      ...login,
      type("reg\t"),
      see("reget "),
      type("tw\t"),
      see("two\\ words.txt "),
      type("\r"),
      see("1 byte received"),
      see("ftp> "),
      type("get de\t"),
      see("deep/"),
      type("\t"),
      see("er "),
      type("\r"),
      see("1 byte received"),
      see("ftp> "),
      // At once: the Enter waits for the completion.
      type("put mi\t\r"),
      see("1 byte sent"),
      see("ftp> "),
      type("size tw\t\r"),
      see("two words.txt\t1"),
      see("ftp> "),
      ...quit,
    ];
    expect(await onTerminal(steps)).toMatch(/status 0\s*$/);
    expect(readFileSync(here!.file("two words.txt"), "utf8")).toBe("x");
    expect(readFileSync(here!.file("er"), "utf8")).toBe("y");
    expect(existsSync(there!.file("mine"))).toBe(true);
  });

  test("Ctrl-C ends the transfer, shows no more of it, and leaves the session as it was", async () => {
    writeFileSync(there!.file("endless"), "");
    truncateSync(there!.file("endless"), 2 ** 42);
    const steps = [
      ...login,
      type("get endless /dev/null\r"),
      see("[  "),
      see("iB/s"),
      type("\u0003"),
      see("interrupted"),
      see("ftp> "),
      type("size endless\r"),
      see(String(2 ** 42)),
      see("ftp> "),
      ...quit,
    ];
    const shown = await onTerminal(steps);
    expect(shown).toMatch(/ {2}0% endless \[ +\] +\S+ [KMG]iB +\S+ [KMG]iB\/s +\S+ left/);
    expect(shown).toMatch(/status 0\s*$/);
    expect(server.transfersRunning).toBe(0);
  });

  test("Ctrl-C at the prompt drops the line, arrow up brings an earlier one, Ctrl-D ends", async () => {
    const steps = [
      ...login,
      type("lpwd\r"),
      see(here!.path),
      see("ftp> "),
      type("delete every"),
      see("every"),
      type("\u0003"),
      see("ftp> "),
      type("\u001b[A"),
      see("lpwd"),
      type("\r"),
      see(here!.path),
      see("ftp> "),
      type("\u0004"),
    ];
    expect(await onTerminal(steps)).toMatch(/status 0\s*$/);
  });

  test("mget asks before each file: no, yes, all the rest, or none of them", async () => {
    for (const name of ["a", "b", "c", "d"]) writeFileSync(there!.file(name), name);
    const ask = (name: string): Step => see(`mget ${name} [y/n/a/q]? `);
    const steps = [
      ...login,
      type("mget *\r"),
      ask("a"),
      type("n\r"),
      ask("b"),
      type("y\r"),
      ask("c"),
      type("a\r"),
      see("remote: d"),
      see("ftp> "),
      type("mget a b\r"),
      ask("a"),
      type("q\r"),
      see("ftp> "),
      ...quit,
    ];
    expect(await onTerminal(steps)).toMatch(/status 0\s*$/);
    expect(["a", "b", "c", "d"].map((name) => existsSync(here!.file(name)))).toEqual([false, true, true, true]);
  });

  test("a session that the server ends is told at once, and the line that was begun is there again", async () => {
    await server[Symbol.asyncDispose]();
    const users = [{ name: "anna", password: "hunter2" }];
    server = await openServer({ files: there!.path, users, listen: [{ port: 0 }], idleMs: 700 });
    const steps = [
      ...login,
      type("lpw"),
      see("421 "),
      see("ftp> "),
      see("lpw"),
      type("d\r"),
      see(here!.path),
      see("ftp> "),
      type("pwd\r"),
      see("not connected"),
      see("ftp> "),
      ...quit,
    ];
    expect(await onTerminal(steps)).toMatch(/status 0\s*$/);
  });

  test("Ctrl-C at the question for the password ends the login and not the program", async () => {
    const steps = [
      see("Name (127.0.0.1:"),
      type("anna\r"),
      see("Password: "),
      type("hunt\u0003"),
      see("interrupted"),
      see("ftp> "),
      type("status\r"),
      see("Not connected."),
      see("ftp> "),
      ...quit,
    ];
    expect(await onTerminal(steps)).toMatch(/status 0\s*$/);
  });

  test("a wrong password leaves the prompt there, and user tries again", async () => {
    const steps = [
      see("Name (127.0.0.1:"),
      type("anna\r"),
      see("Password: "),
      type("wrong\r"),
      see("did not let anna in"),
      see("ftp> "),
      type("user anna\r"),
      see("Password: "),
      type("hunter2\r"),
      see("230 "),
      see("ftp> "),
      ...quit,
    ];
    expect(await onTerminal(steps)).toMatch(/status 0\s*$/);
  });
});
