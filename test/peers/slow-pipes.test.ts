// Standard output is a pipe, and its reader is slow: status 0 means that all has come. `SLOW_PIPE_RUNS=200` makes a campaign of it.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BuiltProgram, buildProgram, run, start } from "../cli/support/built-program.ts";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const runs = Number(process.env["SLOW_PIPE_RUNS"] ?? 1);
/** As long as any test may take, for each run. */
const timeoutMs = runs * 300_000;
const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 13 + (index >> 10)) & 255));
const names = Array.from({ length: 5000 }, (_, index) => `a-name-of-usual-length-${index}`);

// A pipe of the shell, as people have it: what Node gives a child process is a socket with more room.
const line =
  '"$@" | perl -e \'while (sysread(STDIN, $b, 16384)) { print $b; select(undef, undef, undef, 0.002) }\' > "$OUT"';

describePeers(["vsftpd", "sshd"], "a slow reader of standard output", () => {
  let program: BuiltProgram;
  let server: FtpServer;
  let sshd: Sshd;
  let here: TempDir;
  let far: string;
  beforeAll(async () => {
    program = buildProgram();
    here = makeTempDir("slow-pipe");
    [server, sshd] = await Promise.all([startVsftpd(), startSshd({ lines: ["Subsystem sftp internal-sftp"] })]);
    server.place("file", content);
    far = join(server.root, "many");
    mkdirSync(far);
    for (const name of names) writeFileSync(join(far, name), "");
  });
  afterAll(async () => {
    await Promise.all([server.stop(), sshd.stop()]);
    here.remove();
  });

  const ways = ["ftp", "--via", "sftp"] as const;
  const wordsOf = (way: (typeof ways)[number], path: string): string[] => {
    const { user, password, address, port, root } = server;
    const ftp = `ftp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${address}:${port}/${path}`;
    if (way === "ftp") return [ftp];
    if (way === "--via") return ["--via", sshd.hostAlias, "-F", sshd.configFile, ftp];
    return ["-F", sshd.configFile, `sftp://${sshd.hostAlias}${join(root, path)}`];
  };

  /** What came, and the status of the program, not of its reader. */
  async function piped(words: readonly string[]): Promise<{ readonly status: number; readonly came: Buffer }> {
    const out = here.file("out");
    const script = `${line}; exit "\${PIPESTATUS[0]}"`;
    const args = ["-c", script, "bash", process.execPath, program.real, ...words];
    const child = spawn("bash", args, {
      stdio: ["ignore", "ignore", "ignore"],
      env: { ...process.env, HOME: here.path, OUT: out },
    });
    const status = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
    return { status, came: readFileSync(out) };
  }

  /** Each run that ended with status 0 and less than all. */
  async function cutIn(words: readonly string[], missing: (came: Buffer) => string | undefined): Promise<string[]> {
    const cut: string[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const { status, came } = await piped(words);
      const lack = status === 0 ? missing(came) : `status ${status}`;
      if (lack !== undefined) cut.push(`run ${run} of ${runs}: ${lack}`);
    }
    return cut;
  }

  test.each(ways)(
    "ls of 5,000 names comes whole: %s",
    async (way) => {
      const cut = await cutIn(["ls", ...wordsOf(way, "many/")], (came) => {
        const lines = came.toString().split("\n").length - 1;
        return lines === names.length ? undefined : `${lines} lines`;
      });
      expect(cut).toEqual([]);
    },
    timeoutMs,
  );

  test.each(ways)(
    "get URL - of 3 MB comes whole: %s",
    async (way) => {
      const cut = await cutIn(["get", ...wordsOf(way, "file"), "-"], (came) =>
        came.equals(content) ? undefined : `${content.length - came.length} bytes are missing`,
      );
      expect(cut).toEqual([]);
    },
    timeoutMs,
  );

  test.each([
    ["ls", ["many/"]],
    ["get", ["file", "-"]],
  ] as const)("%s onto a full disk says so, with status 74", async (verb, [path, ...rest]) => {
    for (const way of ["ftp", "sftp"] as const) {
      const words = [verb, ...wordsOf(way, path), ...rest];
      const { ended, stderr } = await run(program.real, words, { output: "/dev/full", env: { HOME: here.path } });
      expect(ended).toBe("exit 74");
      expect(stderr).toMatch(/^sallyport: standard output: no space is left\n {2}The output is incomplete.*\n$/m);
      expect(stderr).not.toContain("a fault in Sallyport");
    }
  });

  test.each([
    ["ls", ["many/"]],
    ["get", ["file", "-"]],
  ] as const)("%s whose reader has gone ends quietly with 141", async (verb, [path, ...rest]) => {
    for (const way of ["ftp", "sftp"] as const) {
      const words = [verb, ...wordsOf(way, path), ...rest];
      await using running = start(program.real, words, { env: { HOME: here.path } });
      running.closeStdout();
      expect(await running.ended).toBe("exit 141");
      expect(running.stderr()).toBe("");
    }
  });
});
