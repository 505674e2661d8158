// Patterns in URLs, against our own server.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { serveDirectory } from "../support/served-directory.ts";

watchResources();

const { here, there, url, sallyport } = serveDirectory();

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
