// SFTP servers that would have us write elsewhere, or never end; and one that is lost in mid-file.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { FileReader, FileSystem } from "../../../src/platform/file-system.ts";
import type { FileFacts } from "../../../src/protocol/listing/file-facts.ts";
import { gate } from "../../support/gate.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { startSshServer } from "../../support/ssh-server.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

const facts = (type: FileFacts["type"], size: number): FileFacts => ({ type, size, modifiedMs: 0, mode: 0o644 });

/** A directory with the names, and files of so many bytes; `more` is asked for what comes after the first 500,000 of each. */
function serve(names: readonly string[], size: number, more: () => Promise<void> = async () => {}): FileSystem {
  const cannot = (): Promise<never> => Promise.reject(new Error("nothing is written here"));
  const isDirectory = (path: string): boolean => path === "/" || path === "/top";
  return {
    stat: async (path) => facts(isDirectory(path) ? "directory" : "file", size),
    async *list() {
      for (const name of names) yield { name, facts: facts("file", size) };
    },
    openRead: async (_path, { offset }): Promise<FileReader> => {
      let at = offset;
      return {
        facts: facts("file", size),
        async read(buffer) {
          if (at >= 500_000) await more();
          const count = Math.min(buffer.length, size - at, at < 500_000 ? 500_000 - at : size);
          buffer.fill(7, 0, count);
          at += count;
          return count;
        },
        async [Symbol.asyncDispose]() {},
      };
    },
    openWrite: cannot,
    mkdir: cannot,
    rmdir: cannot,
    remove: cannot,
    rename: cannot,
  };
}

const stray = ["../up", "/etc/abs", "a/b", "..", ".", "", "a\\b", "C:x", "two\r\nlines", "good", "good"];

describePeers(["ssh"], "a hostile SFTP server", () => {
  test("names that lead elsewhere are refused, the others come, and the run fails", async () => {
    await using home = makeTempDir("home");
    mkdirSync(home.file("in"));
    const files = serve(stray, 4);
    const server = await startSshServer({ files: () => files, now: () => 0 });
    try {
      const words = [
        "get",
        "--json",
        "-F",
        server.configFile,
        "-r",
        `sftp://${server.hostAlias}/top/`,
        home.file("in/to"),
      ];
      const { ended, stdout } = await run(program.real, words, { env: { HOME: home.path } });
      expect(ended).toBe("exit 1");
      expect(readdirSync(home.file("in/to"))).toEqual(["good"]);
      expect([readdirSync(home.file("in")), existsSync(home.file("up"))]).toEqual([["to"], false]);
      const errors = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { event: string; code?: string; message?: string })
        .filter(({ event }) => event === "error");
      const about = (text: string) => errors.find(({ message }) => message?.includes(text))?.code;
      expect(about("../up")).toBe("FS_OUTSIDE");
      expect(about("C:x")).toBe("FS_OUTSIDE");
      expect(about("line end")).toBe("FS_NAME_INVALID");
      expect(about("twice")).toBe("FS_NAME_INVALID");
    } finally {
      await server.stop();
    }
  });

  test("one that is lost in mid-file leaves the part, and no file", async () => {
    await using home = makeTempDir("home");
    const [isAsked, isLost] = [gate(), gate()];
    const files = serve([], 1_000_000, async () => {
      isAsked.open();
      await isLost.passed;
      throw new Error("the disk is gone, too");
    });
    const server = await startSshServer({ files: () => files, now: () => 0 });
    const words = ["get", "-F", server.configFile, `sftp://${server.hostAlias}/f`, home.file("f")];
    await using getting = start(program.real, words, { env: { HOME: home.path } });
    const bytes = (): number => statSync(home.file("f.sallyport-part"), { throwIfNoEntry: false })?.size ?? 0;
    await isAsked.passed;
    const stopped = server.stop();
    isLost.open();
    await stopped;
    expect(await getting.ended).not.toBe("exit 0");
    expect(existsSync(home.file("f"))).toBe(false);
    expect(bytes()).toBeLessThanOrEqual(500_000);
  });

  test("a file that is shorter than the server told is not taken for whole", async () => {
    await using home = makeTempDir("home");
    const honest = serve([], 1000);
    const files: FileSystem = {
      ...honest,
      stat: async () => facts("file", 2000),
    };
    const server = await startSshServer({ files: () => files, now: () => 0 });
    try {
      const words = ["get", "-F", server.configFile, `sftp://${server.hostAlias}/f`, home.file("f")];
      const { ended, stderr } = await run(program.real, words, { env: { HOME: home.path } });
      expect({ ended, stderr }).toMatchObject({ ended: "exit 1", stderr: expect.stringContaining("1000 bytes here") });
      expect(existsSync(home.file("f"))).toBe(false);
      expect(readFileSync(home.file("f.sallyport-part")).length).toBe(1000);
    } finally {
      await server.stop();
    }
  });
});
