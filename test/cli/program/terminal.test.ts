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
function onTerminal(
  tunnel: object,
  keys: string,
  end: string,
  { option = "-N", shell = 'sh -c {exec "$NODE" "$PROGRAM" $OPTION -L2001:f:21 h </dev/null}' } = {},
): Promise<string> {
  // Whatever goes wrong, nothing is left behind.
  const patience = "timeout { exec kill -KILL [exp_pid]; exit 1 }";
  const script = `
    set timeout ${patienceMs / 1000}
    spawn -noecho ${shell}
    expect ${patience} "secret: "
    send -- "${keys}"
    ${end}
    expect ${patience} eof
    puts "status [lindex [wait] 3]"`;
  return new Promise((resolve, reject) => {
    const child = spawn("expect", ["-c", script], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        NODE: process.execPath,
        PROGRAM: program.fake,
        FAKE_TUNNEL: JSON.stringify(tunnel),
        OPTION: option,
      },
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

  test("Ctrl-Z stops the program at the question with the terminal as it was; after fg the secret is asked for again", async () => {
    const job = '"$NODE" "$PROGRAM" -N -L2001:f:21 h </dev/null';
    const shell = `bash -mc {${job}; stty -a | grep -o "icanon\\|-*echo\\b" | tr "\\n" " "; fg}`;
    const end = `expect "icanon echo "; expect "secret: "; send -- "ter2\\r"; ${readyThenCtrlC}`;
    const shown = await onTerminal(question(false), "hun\\032", end, { shell });
    expect(shown).toContain("secret: ^Z\r\n");
    expect(shown).toContain('FAKE answer "ter2"');
    expect(shown.replace(/FAKE answer .*/, "")).not.toContain("ter2");
    expect(shown).toContain("status 0");
  });

  test("with -f the child asks, and holds nothing of the terminal afterwards", async () => {
    const dir = makeTempDir("terminal");
    try {
      const shown = await onTerminal({ ...question(false), pidFile: dir.file("pid") }, "hunter2\\r", "", {
        option: "-f",
      });
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
