import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isRunning, signalProcess } from "../../support/processes.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { until } from "../../support/until.ts";
import { type BuiltProgram, buildProgram, start } from "../support/built-program.ts";
import { Dialogue } from "../support/dialogue.ts";

watchResources();

let program: BuiltProgram;
let dir: TempDir;
let pidFile: string;
beforeAll(() => {
  program = buildProgram();
});
beforeEach(() => {
  dir = makeTempDir("background");
  pidFile = dir.file("pid");
});
afterEach(async () => {
  if (existsSync(pidFile)) {
    signalProcess(childPid(), "SIGKILL");
    await until("the child's end", () => !isRunning(childPid()));
  }
  dir.remove();
});

const childPid = (): number => Number(readFileSync(pidFile, "utf8"));
const words = ["-f", "-L2001:f:21", "ssh-host"];

describe("-f", () => {
  test("prints the ready line, exits with 0, and holds no stream: a reader sees their end", async () => {
    await using parent = start(program.fake, words, { tunnel: { pidFile } });
    expect(await parent.ended).toBe("exit 0");
    expect(parent.stdout()).toBe("ftp://127.0.0.1:2001 -> f:21 through ssh-host\n");
    expect(parent.stderr()).toBe("");
    expect(childPid()).not.toBe(parent.pid);
    expect(isRunning(childPid())).toBe(true);
  });

  test("leaves a child that only SIGTERM ends", async () => {
    const trace = dir.file("trace");
    await using parent = start(program.fake, [`--trace=${trace}`, ...words], { tunnel: { pidFile } });
    await parent.ended;
    for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT"] as const) signalProcess(childPid(), signal);
    // A child that obeyed one of them would be gone before it could obey this one; both ends are looked at below.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isRunning(childPid())).toBe(true);
    signalProcess(childPid(), "SIGTERM");
    await until("the child's end", () => !isRunning(childPid()));
  });

  test("passes on what was said before it was ready, and nothing after", async () => {
    const events = new Dialogue(0).event({ type: "ssh.lost", reason: "reset", retryInMs: 1 }).events;
    await using parent = start(program.fake, ["-g", ...words], { tunnel: { pidFile, events, tell: ["Welcome!"] } });
    await parent.ended;
    expect(parent.stderr()).toMatch(
      /^Welcome!\nsallyport: warning: SSH connection lost.*\n {2}The listeners stay; .*\nsallyport: warning: -g: .*\n$/,
    );
    signalProcess(childPid(), "SIGTERM");
    await until("the child's end", () => !isRunning(childPid()));
    expect(parent.stderr()).not.toContain("FAKE");
  });

  test("goes on tracing into its file", async () => {
    const events = new Dialogue().command("PWD").events;
    await using parent = start(program.fake, [`--trace=${dir.file("t")}`, ...words], { tunnel: { pidFile, events } });
    await parent.ended;
    await until("the trace", () => readFileSync(dir.file("t"), "utf8").includes("> PWD"));
  });

  test("tells the child's programs nothing of itself", async () => {
    await using parent = start(program.fake, words, { tunnel: { pidFile, marks: true } });
    await parent.ended;
    expect(parent.stderr()).toBe("FAKE marks \n");
  });

  test("fails with the child's message and status", async () => {
    const fail = { code: "SSH_AUTH", message: "refused", hint: "Check the key." };
    await using parent = start(program.fake, ["--json", ...words], { tunnel: { fail } });
    expect(await parent.ended).toBe("exit 255");
    expect(parent.stderr()).toBe("sallyport: refused\n  Check the key.\n");
    expect(JSON.parse(parent.stdout())).toMatchObject({ event: "error", code: "SSH_AUTH" });
  });

  test("with a wrong command line starts no child", async () => {
    await using parent = start(program.fake, ["-f", "--back", "x", "h"], { tunnel: { pidFile } });
    expect(await parent.ended).toBe("exit 2");
    expect(existsSync(pidFile)).toBe(false);
  });

  test("passes a signal on while it waits, and leaves no child", async () => {
    await using parent = start(program.fake, words, { tunnel: { pidFile, hang: true } });
    await parent.sees(/FAKE hangs/);
    parent.kill("SIGTERM");
    expect(await parent.ended).toBe("exit 143");
    expect(isRunning(childPid())).toBe(false);
  });

  test("leaves no child when it is killed before the tunnel is ready", async () => {
    await using parent = start(program.fake, words, { tunnel: { pidFile, hang: true } });
    await parent.sees(/FAKE hangs/);
    parent.kill("SIGKILL");
    await parent.ended;
    await until("the child's end", () => !isRunning(childPid()));
  });
});
