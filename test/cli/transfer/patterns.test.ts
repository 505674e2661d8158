// Patterns in URLs, against our own server.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openServer } from "../../../src/serve/open-server.ts";
import type { Server } from "../../../src/serve/options.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

let there: TempDir;
let here: TempDir;
let server: Server;
beforeEach(async () => {
  there = makeTempDir("there");
  here = makeTempDir("here");
  const users = [{ name: "anna", password: "secret" }];
  server = await openServer({ files: there.path, users, listen: [{ port: 0 }] });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  there.remove();
  here.remove();
});

const url = (path: string): string => `ftp://anna:secret@127.0.0.1:${server.listeners[0]?.port}/${path}`;
const sallyport = (words: readonly string[]) => run(program.real, words, { env: { HOME: here.path } });

describe("a pattern in a URL", () => {
  beforeEach(() => {
    mkdirSync(there.file("d/sub"), { recursive: true });
    for (const name of ["b.txt", "a.txt", ".h.txt", "c.md", "sub/e.txt", "lit*"])
      writeFileSync(there.file(`d/${name}`), name);
  });

  test("means the files that match, for get, ls and rm", async () => {
    const got = await sallyport(["get", url("d/*.txt"), here.path]);
    expect(got).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining("2 files, 10 bytes in") });
    expect(readdirSync(here.path).sort()).toEqual(["a.txt", "b.txt"]);
    const { stdout } = await sallyport(["ls", url("d/[a-c]*")]);
    expect(stdout.split("\n").map((line) => line.slice(34))).toEqual(["a.txt", "b.txt", "c.md", ""]);
    expect(await sallyport(["rm", "-q", url("d/?.txt")])).toMatchObject({ ended: "exit 0", stderr: "" });
    expect(readdirSync(there.file("d")).sort()).toEqual([".h.txt", "c.md", "lit*", "sub"]);
  });

  test("leaves directories to -r, and a letter in percent is that letter", async () => {
    const flat = await sallyport(["get", url("d/*"), here.path]);
    expect(flat).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining("sub: left out: a directory; -r") });
    expect(existsSync(here.file("sub"))).toBe(false);
    expect(await sallyport(["get", "-r", url("d/s*"), here.path])).toMatchObject({ ended: "exit 0" });
    expect(readFileSync(here.file("sub/e.txt"), "utf8")).toBe("sub/e.txt");
    mkdirSync(here.file("other"));
    expect(await sallyport(["get", url("d/lit%2A"), here.file("other")])).toMatchObject({ ended: "exit 0" });
    expect(readdirSync(here.file("other"))).toEqual(["lit*"]);
  });

  test("that matches nothing fails, and says how the letters are written", async () => {
    expect(await sallyport(["get", url("d/*.none"), here.path])).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringMatching(/nothing matches "\*\.none"\n.*%2A/),
    });
    expect(await sallyport(["get", url("d/*.txt"), here.file("none")])).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("is not a directory"),
    });
    expect(await sallyport(["get", url("d/*"), "-"])).toMatchObject({ ended: "exit 2" });
  });

  test("with cp and mv goes into a directory", async () => {
    mkdirSync(there.file("into"));
    expect(await sallyport(["cp", "--through-here", url("d/*.txt"), url("into/")])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["mv", url("d/*.md"), url("into/")])).toMatchObject({ ended: "exit 0" });
    expect(readdirSync(there.file("into")).sort()).toEqual(["a.txt", "b.txt", "c.md"]);
    expect(await sallyport(["cp", url("d/*.txt"), url("x")])).toMatchObject({ ended: "exit 2" });
  });
});
