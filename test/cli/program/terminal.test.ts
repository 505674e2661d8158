// The embedded transport's questions on a real terminal, which expect(1) plays.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { patienceMs } from "../../support/patience.ts";
import { isRunning, signalProcess } from "../../support/processes.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { until } from "../../support/until.ts";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

/** Runs the fake program on a terminal, with standard input from /dev/null; gives all that the terminal showed. */
function onTerminal(tunnel: object, keys: string, end: string, option = "-N"): Promise<string> {
  // Whatever goes wrong, nothing is left behind.
  const patience = "timeout { exec kill -KILL [exp_pid]; exit 1 }";
  const script = `
    set timeout ${patienceMs / 1000}
    spawn -noecho sh -c {exec "$NODE" "$PROGRAM" ${option} -L2001:f:21 h </dev/null}
    expect ${patience} "secret: "
    send -- "${keys}"
    ${end}
    expect ${patience} eof
    puts "status [lindex [wait] 3]"`;
  return new Promise((resolve, reject) => {
    const child = spawn("expect", ["-c", script], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE: process.execPath, PROGRAM: program.fake, FAKE_TUNNEL: JSON.stringify(tunnel) },
    });
    let shown = "";
    child.stdout.on("data", (bytes: Buffer) => {
      shown += bytes.toString();
    });
    child.on("error", reject);
    child.on("close", () => resolve(shown));
  });
}

/** None of a descriptor that was closed meanwhile. */
function targetOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

const question = (echo: boolean): object => ({ ask: { kind: "password", text: "secret: ", echo } });

describePeers(["expect"], "on a terminal", () => {
  const readyThenCtrlC = 'expect "through h"; send "\\003"';

  test("a secret is asked for on the terminal, not on standard input, and is not shown", async () => {
    const shown = await onTerminal(question(false), "hunter2\\r", readyThenCtrlC);
    expect(shown).toContain('FAKE answer "hunter2"');
    expect(shown.replace(/FAKE answer .*/, "")).not.toContain("hunter2");
    expect(shown).toContain("status 0");
  });

  test("an answer that is no secret is shown, and the terminal is itself again afterwards", async () => {
    const shown = await onTerminal(question(true), "yes\\r", readyThenCtrlC);
    expect(shown).toContain("secret: yes\r\n");
    // Ctrl-C is a signal again, and is echoed by the terminal.
    expect(shown).toContain("^C");
    expect(shown).toContain("status 0");
  });

  test("Ctrl-C at the question ends the program like the signal", async () => {
    const shown = await onTerminal(question(false), "hun\\003", "");
    expect(shown).toContain("status 130");
    expect(shown).not.toContain("FAKE answer");
  });

  test("with -f the child asks, and holds nothing of the terminal afterwards", async () => {
    const dir = makeTempDir("terminal");
    try {
      const shown = await onTerminal({ ...question(false), pidFile: dir.file("pid") }, "hunter2\\r", "", "-f");
      expect(shown).toContain("through h");
      expect(shown).toContain("status 0");
      const child = Number(readFileSync(dir.file("pid"), "utf8"));
      const descriptors = readdirSync(`/proc/${child}/fd`).flatMap((name) => targetOf(`/proc/${child}/fd/${name}`));
      signalProcess(child, "SIGTERM");
      expect(descriptors.filter((target) => /tty|pts/.test(target))).toEqual([]);
      await until("the child's end", () => !isRunning(child));
    } finally {
      dir.remove();
    }
  });
});
