// Times of files, and what is told of a directory where a file is meant, against our own server.
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { type Directory, serveDirectory } from "../support/served-directory.ts";

watchResources();

const { here, there, url, shown, sallyport } = serveDirectory();

describe("the time of last change", () => {
  const long = new Date("2001-02-03T04:05:06Z");
  const made = (file: Directory, name: string): void => {
    writeFileSync(file.file(name), name);
    utimesSync(file.file(name), long, long);
  };
  const timeOf = (file: Directory, name: string): number => statSync(file.file(name)).mtimeMs;

  test("is kept by get, put and cp, in trees and alone", async () => {
    mkdirSync(there.file("t"));
    mkdirSync(here.file("t"));
    for (const name of ["f", "t/g"]) made(there, name);
    for (const name of ["h", "t/i"]) made(here, name);
    expect(await sallyport(["get", url("f"), here.path])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["get", "-r", url("t"), here.file("copy")])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["put", here.file("h"), url("")])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["put", "-r", here.file("t"), url("sent")])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["cp", url("f"), url("third")])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["cp", "--through-here", url("f"), url("through")])).toMatchObject({ ended: "exit 0" });
    const times = [
      ...["f", "copy/g"].map((name) => timeOf(here, name)),
      ...["h", "sent/i", "third", "through"].map((name) => timeOf(there, name)),
    ];
    expect(times).toEqual(times.map(() => long.getTime()));
  });

  test("with --no-times is that of the transfer", async () => {
    made(there, "f");
    made(here, "h");
    expect(await sallyport(["get", "--no-times", url("f"), here.path])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["put", "--no-times", here.file("h"), url("")])).toMatchObject({ ended: "exit 0" });
    for (const time of [timeOf(here, "f"), timeOf(there, "h")]) expect(time).toBeGreaterThan(long.getTime());
  });
});

describe("a directory where a file is meant", () => {
  test("is told with what helps, for get, put and cp", async () => {
    mkdirSync(there.file("d"));
    for (const dir of [there, here]) writeFileSync(dir.file("f"), "f");
    const got = await sallyport(["get", url("d"), here.path]);
    expect(got).toMatchObject({ ended: "exit 1", stderr: expect.stringMatching(/"d" is a directory.*\n {2}Add -r/) });
    for (const words of [
      ["put", here.file("f")],
      ["cp", "--through-here", url("f")],
    ]) {
      const sent = await sallyport([...words, url("d")]);
      expect(sent).toMatchObject({
        ended: "exit 1",
        stderr: expect.stringMatching(/is a directory.*\n {2}End the URL in a \//),
      });
    }
    expect(readdirSync(here.path)).toEqual(["f"]);
  });
});

test("--verify where nothing but the size can be compared says so", async () => {
  writeFileSync(here.file("f"), "0123456789");
  writeFileSync(there.file("f"), "0123");
  const { stderr } = await sallyport(["put", "--verify", "--resume", here.file("f"), url("f")]);
  expect(stderr).toMatch(/^sallyport: --verify: only the size was compared: the server offers no checksum, or /);
  expect(stderr).toContain(`${here.file("f")} -> ${shown("f")}: 6 bytes sent`);
});
