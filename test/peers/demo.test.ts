// The lines that the demo invites its user to type do what they say.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram } from "../cli/support/built-program.ts";
import { describePeers } from "../support/missing.ts";
import { patienceMs } from "../support/patience.ts";
import { descendantsOf, signalProcess } from "../support/processes.ts";
import { type Program, startProgram } from "../support/program.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const shell = promisify(execFile);

// Only on a terminal does it stay for its user: script(1) gives it one.
describePeers(["curl", "lftp", "script"], "the demo's invitation", () => {
  let demo: Program;
  let dir: TempDir;
  beforeAll(async () => {
    dir = makeTempDir("demo");
    const line = `stty columns 100; exec '${process.execPath}' '${buildProgram().real}' demo`;
    demo = startProgram("script", ["-qfec", line, "/dev/null"], { env: { NO_COLOR: "1" } });
    await demo.waitForLog(/Ctrl-C ends everything/);
  });
  afterAll(async () => {
    const running = descendantsOf(demo.pid).at(-1);
    if (running !== undefined) signalProcess(running, "SIGINT");
    const ended = await demo.ended;
    await demo.stop();
    dir.remove();
    expect(ended).toBe("exit 0");
  });

  /** The line that begins so, without what the demo says about it. */
  const invited = (beginning: string): string => {
    const line = demo
      .log()
      .split(/\r?\n/)
      .find((each) => each.startsWith(`  ${beginning}`));
    return (line ?? "").trim().replace(/ {2,}\w+$/, "");
  };

  async function type(line: string): Promise<string> {
    const { stdout } = await shell("sh", ["-c", line], { timeout: patienceMs });
    return stdout;
  }

  test.each(["curl ftp:", "curl -P -"])("%s shows the castle", async (beginning) => {
    expect(await type(`${invited(beginning)} -sS`)).toContain("the sally port: small, guarded, open");
  });

  test("curl -T puts a file there", async () => {
    writeFileSync(dir.file("mine"), "my own");
    await type(`${invited("curl -T").replace("FILE", dir.file("mine"))} -sS`);
    const castle = invited("curl ftp:");
    expect(await type(`${castle.replace(/castle$/, "mine")} -sS`)).toBe("my own");
  });

  test("lftp lists the files, and the demo shows what it said", async () => {
    const listed = await type(`${invited("lftp")} -e 'ls; bye'`);
    expect(listed).toMatch(/ castle$/m);
    await demo.waitForLog(/> USER demo/);
    await demo.waitForLog(/> PASS \*\*\*/);
    expect(demo.log()).not.toContain("PASS demo");
  });
});
