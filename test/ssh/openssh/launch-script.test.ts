// Needs nothing but a shell: `sleep` stands for ssh.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import type { Duplex } from "node:stream";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { launchScript, lifeline } from "../../../src/ssh/openssh/ssh-process.ts";
import { descendantsOf } from "../../support/processes.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { until } from "../../support/until.ts";

const home = makeTempDir("launch");
afterAll(() => home.remove());

describe("the shell that starts ssh", () => {
  let child: ChildProcess;
  afterEach(() => child.kill("SIGKILL"));
  const pipe = (): Duplex => child.stdio[lifeline] as Duplex;

  function launch(name: string, ...command: string[]): { directory: string; ended: Promise<unknown[]> } {
    const directory = home.file(name);
    mkdirSync(directory);
    const [program = "", ...args] = command;
    child = spawn("/bin/sh", ["-c", launchScript, program, directory, ...args], {
      stdio: ["ignore", "pipe", "ignore", "pipe"],
    });
    return { directory, ended: once(child, "exit") };
  }

  it("becomes ssh: same process, arguments as they are, nothing on standard input", async () => {
    const { ended } = launch("a", "/bin/sh", "-c", 'cat; printf "%s|" "$$" "$@"', "x", "two words", "$(no)");
    const [output] = (await once(child.stdout ?? child, "data")) as [Buffer];
    expect(String(output)).toBe(`${child.pid}|two words|$(no)|`);
    expect(await ended).toEqual([0, null]);
    pipe().end("over\n");
  });

  it("ends ssh and deletes its directory when our program dies without a word", async () => {
    const { directory, ended } = launch("b", "/bin/sleep", "60");
    await until("the second shell", () => descendantsOf(child.pid ?? -1).length > 0);
    pipe().destroy();
    expect(await ended).toEqual([null, "SIGTERM"]);
    await until("end of the directory", () => !existsSync(directory));
  });

  it("does nothing when ssh has ended and our program has said so", async () => {
    const { directory, ended } = launch("c", "/bin/sleep", "60");
    await until("the second shell", () => descendantsOf(child.pid ?? -1).length > 0);
    const [waiting = -1] = descendantsOf(child.pid ?? -1);
    child.kill("SIGTERM");
    await ended;
    pipe().end("over\n");
    await until("end of the second shell", () => !existsSync(`/proc/${waiting}`));
    expect(existsSync(directory)).toBe(true);
  });

  it("keeps ssh alive through SIGINT and SIGQUIT", async () => {
    const { ended } = launch("d", "/bin/sleep", "60");
    await until("sleep", () => descendantsOf(child.pid ?? -1).length > 0);
    child.kill("SIGINT");
    child.kill("SIGQUIT");
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
    pipe().end("over\n");
  });
});
