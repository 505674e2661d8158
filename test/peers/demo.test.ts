// The lines that the demo invites its user to type do what they say.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BuiltProgram, buildProgram, type Run, start } from "../cli/support/built-program.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const shell = promisify(execFile);

describePeers(["curl", "lftp"], "the demo's invitation", () => {
  let program: BuiltProgram;
  let demo: Run;
  let dir: TempDir;
  beforeAll(async () => {
    program = buildProgram();
    dir = makeTempDir("demo");
    demo = start(program.real, ["demo"]);
    await demo.sees(/Ctrl-C ends everything/);
  });
  afterAll(async () => {
    demo.kill("SIGINT");
    const ended = await demo.ended;
    dir.remove();
    expect(ended).toBe("exit 0");
  });

  /** The line that begins so, without what the demo says about it. */
  const invited = (beginning: string): string => {
    const line = demo
      .stdout()
      .split("\n")
      .find((each) => each.startsWith(`  ${beginning}`));
    return (line ?? "").trim().replace(/ {2,}\w+$/, "");
  };

  async function type(line: string): Promise<string> {
    const { stdout } = await shell("sh", ["-c", line], { timeout: 10_000 });
    return stdout;
  }

  test.each(["curl ftp:", "curl -P -"])("%s shows the castle", async (beginning) => {
    expect(await type(`${invited(beginning)} -sS`)).toContain("the sally port: small, guarded, open");
  });

  test("curl -T puts a file there", async () => {
    writeFileSync(dir.file("mine"), "my own");
    await type(`${invited("curl -T").replace("FILE", dir.file("mine"))} -sS`);
    const castle = invited("curl ftp:");
    expect(await type(`${castle.replace("castle.txt", "mine")} -sS`)).toBe("my own");
  });

  test("lftp lists the files, and the demo shows what it said", async () => {
    const listed = await type(`${invited("lftp")} -e 'ls; bye'`);
    expect(listed).toMatch(/castle\.txt$/m);
    await demo.sees(/> USER demo/);
    await demo.sees(/> PASS \*\*\*/);
    expect(demo.stdout()).not.toContain("PASS demo");
  });
});
