import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

const forwards = ["-L2001:f:21", "-L2002:g:21", "ssh-host"];
const sh = (script: string, ...words: string[]): string[] => [...forwards, "--", "sh", "-c", script, ...words];

describe("a command behind --", () => {
  test("knows the tunnel from its words and its environment", async () => {
    const { ended, stdout } = await run(
      program.fake,
      sh('echo "$@"; env | grep ^SALLYPORT_ | sort', "sh", "{url}", "{host}:{port}", "{other}"),
    );
    expect(ended).toBe("exit 0");
    expect(stdout).toBe(
      [
        "ftp://127.0.0.1:2001 127.0.0.1:2001 {other}",
        "SALLYPORT_HOST=127.0.0.1",
        "SALLYPORT_HOST_2=127.0.0.1",
        "SALLYPORT_PORT=2001",
        "SALLYPORT_PORT_2=2002",
        "SALLYPORT_URL=ftp://127.0.0.1:2001",
        "SALLYPORT_URL_2=ftp://127.0.0.1:2002",
        "",
      ].join("\n"),
    );
  });

  test("has standard output for itself: the ready lines go to standard error, and -q drops them", async () => {
    const [loud, quiet, json] = await Promise.all([
      run(program.fake, sh("echo data")),
      run(program.fake, ["-q", ...sh("echo data")]),
      run(program.fake, ["--json", ...sh("echo data")]),
    ]);
    expect([loud.stdout, quiet.stdout, json.stdout]).toEqual(["data\n", "data\n", "data\n"]);
    expect(loud.stderr).toMatch(/^ftp:\/\/127\.0\.0\.1:2001 -> f:21 through ssh-host\n/);
    expect(quiet.stderr).not.toContain("ftp:");
    expect(json.stderr).toMatch(/^\{"event":"listening"/);
  });

  test("reads our standard input", async () => {
    const { stdout } = await run(program.fake, sh("cat"), { input: "typed\n" });
    expect(stdout).toBe("typed\n");
  });

  test.each([
    ["exit 0", "exit 0"],
    ["exit 7", "exit 7"],
    ["exit 255", "exit 255"],
    ["kill -TERM $$", "exit 143"],
    ["kill -KILL $$", "exit 137"],
  ])("%s gives %s, and the tunnel is closed after it", async (script, ended) => {
    const result = await run(program.fake, sh(script));
    expect(result.ended).toBe(ended);
    expect(result.stderr).toMatch(/FAKE closes within 10000\nFAKE disposed\n$/);
  });

  test("that does not exist gives 127, and one that cannot be run 126", async () => {
    const dir = makeTempDir("command");
    try {
      writeFileSync(dir.file("plain"), "no program", { mode: 0o600 });
      const [missing, plain, empty] = await Promise.all([
        run(program.fake, [...forwards, "--", "no-such-program-here"]),
        run(program.fake, [...forwards, "--", dir.file("plain")]),
        run(program.fake, [...forwards, "--", ""]),
      ]);
      expect(missing.ended).toBe("exit 127");
      expect(missing.stderr).toContain('sallyport: cannot run "no-such-program-here": there is no such command\n');
      expect(plain.ended).toBe("exit 126");
      expect(plain.stderr).toContain("permission denied");
      expect(empty.ended).toBe("exit 126");
    } finally {
      dir.remove();
    }
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("gets %s passed on, and we wait for its end", async (signal) => {
    const script = `trap 'echo got it; exit 5' ${signal.slice(3)}; echo waits; n=0; while [ $n -lt 400 ]; do n=$((n + 1)); sleep 0.05; done`;
    await using running = start(program.fake, sh(script));
    await running.sees(/waits/);
    running.kill(signal);
    expect(await running.ended).toBe("exit 5");
    expect(running.stdout()).toBe("waits\ngot it\n");
  });

  test("goes on when SSH is lost for good, which is told", async () => {
    const lost = { afterMs: 10, code: "SSH_DISCONNECTED", message: "ssh has gone" };
    const script = sh("read line; exit 3");
    await using running = start(program.fake, script, { tunnel: { lost }, input: { open: true } });
    await running.sees(/ssh has gone/);
    running.endInput();
    expect(await running.ended).toBe("exit 3");
  });

  test("is not started when the tunnel fails", async () => {
    const fail = { code: "SSH_AUTH", message: "refused" };
    const { ended, stdout } = await run(program.fake, sh("echo started"), { tunnel: { fail } });
    expect([ended, stdout]).toEqual(["exit 255", ""]);
  });
});
