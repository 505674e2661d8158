// rm, mkdir and mv as programs, against our own server.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { serveDirectory } from "../support/served-directory.ts";

watchResources();

const served = serveDirectory();
const { there, url, shown } = served;
const sallyport = (...args: readonly string[]) => served.sallyport(args);

describe("rm", () => {
  test("removes files, and tells each", async () => {
    for (const name of ["a b", "c"]) writeFileSync(there.file(name), "x");
    expect(await sallyport("rm", url("a%20b"), url("c"))).toEqual({
      ended: "exit 0",
      stdout: "",
      stderr: expect.stringMatching(`^${shown("a%20b")}: removed\n${shown("c")}: removed\n2 removed in `),
    });
    expect(readdirSync(there.path)).toEqual([]);
  });

  test("without -r leaves a directory, and says what would remove it", async () => {
    mkdirSync(there.file("d"));
    const { ended, stderr } = await sallyport("rm", url("d"));
    expect(ended).toBe("exit 1");
    expect(stderr).toContain(`${shown("d")}: "d" is a directory\n  Add -r`);
    expect(existsSync(there.file("d"))).toBe(true);
  });

  test("-r removes a tree, hidden files and links in it, and not what the links lead to", async () => {
    mkdirSync(there.file("t/in/ner"), { recursive: true });
    mkdirSync(there.file("kept"));
    for (const name of ["t/.hidden", "t/in/f", "t/in/ner/-r", "kept/f"]) writeFileSync(there.file(name), "x");
    symlinkSync(there.file("kept"), there.file("t/in/link"));
    const { ended, stdout } = await sallyport("rm", "-r", "--json", url("t"));
    expect(ended).toBe("exit 0");
    const removed = stdout.split("\n").flatMap((line) => {
      const event = line === "" ? {} : (JSON.parse(line) as { event?: string; url?: string });
      return event.event === "removed" ? [event.url] : [];
    });
    const paths = ["t", "t/.hidden", "t/in", "t/in/f", "t/in/link", "t/in/ner", "t/in/ner/-r"];
    expect(removed.sort()).toEqual(paths.map(shown).sort());
    expect(existsSync(there.file("t"))).toBe(false);
    expect(existsSync(there.file("kept/f"))).toBe(true);
  });

  test.each(["", "/"])("-r of %j, which is all that there is, is refused", async (path) => {
    writeFileSync(there.file("f"), "x");
    expect(await sallyport("rm", "-r", url(path))).toMatchObject({ ended: "exit 2" });
    expect(existsSync(there.file("f"))).toBe(true);
  });

  test("of what is not there fails", async () => {
    expect(await sallyport("rm", "-r", url("none"))).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("550"),
    });
  });
});

describe("mkdir", () => {
  test("makes a directory, and fails where there is one", async () => {
    expect(await sallyport("mkdir", url("d"))).toMatchObject({ ended: "exit 0", stderr: `${shown("d")}: made\n` });
    expect(await sallyport("mkdir", url("d"))).toMatchObject({ ended: "exit 1" });
    expect(await sallyport("mkdir", url("x/y"))).toMatchObject({ ended: "exit 1" });
  });

  test("-p makes those above it, and leaves what is there", async () => {
    for (let time = 0; time < 2; time += 1) {
      expect(await sallyport("mkdir", "-p", url("a/b/c"), url("/a/d/"))).toMatchObject({ ended: "exit 0" });
    }
    expect(readdirSync(there.file("a")).sort()).toEqual(["b", "d"]);
    writeFileSync(there.file("f"), "x");
    expect(await sallyport("mkdir", "-p", url("f/g"))).toMatchObject({ ended: "exit 1" });
  });
});

describe("mv", () => {
  test("renames, moves into a directory, and takes a path for the same server", async () => {
    mkdirSync(there.file("d"));
    for (const name of ["a", "b", "c"]) writeFileSync(there.file(name), name);
    expect(await sallyport("mv", url("a"), url("x%20y"))).toMatchObject({
      ended: "exit 0",
      stderr: `${shown("a")}: renamed to ${shown("x%20y")}\n`,
    });
    expect(await sallyport("mv", "-q", url("x%20y"), "/d/z")).toMatchObject({ ended: "exit 0", stderr: "" });
    expect(await sallyport("mv", url("b"), url("c"), url("d/"))).toMatchObject({ ended: "exit 0" });
    expect(readdirSync(there.file("d")).sort()).toEqual(["b", "c", "z"]);
    expect(readFileSync(there.file("d/z"), "utf8")).toBe("a");
  });

  test("onto a directory says how to move into it, and between servers what does that", async () => {
    mkdirSync(there.file("d"));
    writeFileSync(there.file("a"), "a");
    const onto = await sallyport("mv", url("a"), url("d"));
    expect(onto).toMatchObject({ ended: "exit 1", stderr: expect.stringContaining("End it in a /") });
    const across = await sallyport("mv", url("a"), "ftp://127.0.0.2/a");
    expect(across).toMatchObject({ ended: "exit 2", stderr: expect.stringContaining("sallyport cp") });
  });
});
