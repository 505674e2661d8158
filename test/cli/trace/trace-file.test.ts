import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openTraceFile } from "../../../src/cli/trace/trace-file.ts";
import { openTraceWriter } from "../../../src/cli/trace/trace-writer.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { until } from "../../support/until.ts";
import { Dialogue } from "../support/dialogue.ts";

watchResources();

const noFailure = (error: Error): never => {
  throw error;
};

async function inTempDir(body: (dir: TempDir) => void | Promise<void>): Promise<void> {
  const dir = makeTempDir("trace");
  try {
    await body(dir);
  } finally {
    dir.remove();
  }
}

describe("the file", () => {
  test("is made for its owner alone, whatever the umask", () =>
    inTempDir((dir) => {
      const before = process.umask(0);
      try {
        using output = openTraceFile(dir.file("t"), noFailure);
        output.write("hello ü\n");
      } finally {
        process.umask(before);
      }
      expect(statSync(dir.file("t")).mode & 0o777).toBe(0o600);
      expect(readFileSync(dir.file("t"), "utf8")).toBe("hello ü\n");
    }));

  test("is appended to when it exists", () =>
    inTempDir((dir) => {
      writeFileSync(dir.file("t"), "yesterday\n");
      using output = openTraceFile(dir.file("t"), noFailure);
      output.write("today\n");
      expect(readFileSync(dir.file("t"), "utf8")).toBe("yesterday\ntoday\n");
    }));

  test("can be closed twice, and swallows what comes after", () =>
    inTempDir((dir) => {
      const output = openTraceFile(dir.file("t"), noFailure);
      output[Symbol.dispose]();
      output[Symbol.dispose]();
      output.write("too late");
      expect(readFileSync(dir.file("t"), "utf8")).toBe("");
    }));
});

describe("a path is refused", () => {
  const refuse = (path: string): unknown => {
    try {
      openTraceFile(path, noFailure)[Symbol.dispose]();
    } catch (error) {
      return error;
    }
    throw new Error("not refused");
  };
  const refusal = (why: string) => ({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(why),
    hint: expect.any(String),
  });

  test("when it is a symbolic link, to whatever", () =>
    inTempDir((dir) => {
      writeFileSync(dir.file("target"), "");
      symlinkSync(dir.file("target"), dir.file("t"));
      symlinkSync(dir.file("nothing"), dir.file("dangling"));
      expect(refuse(dir.file("t"))).toMatchObject(refusal("it is a symbolic link"));
      expect(refuse(dir.file("dangling"))).toMatchObject(refusal("it is a symbolic link"));
    }));

  test("when it is a directory, or in none", () =>
    inTempDir((dir) => {
      mkdirSync(dir.file("d"));
      expect(refuse(dir.file("d"))).toMatchObject(refusal("it is a directory"));
      expect(refuse(dir.file("missing/t"))).toMatchObject(refusal("there is no such directory"));
    }));

  test("when it is a pipe that nobody reads: it must not hang", () =>
    inTempDir((dir) => {
      execFileSync("mkfifo", [dir.file("p")]);
      expect(refuse(dir.file("p"))).toMatchObject(refusal("it is a pipe that nobody reads"));
    }));

  test.runIf(process.getuid?.() === 0)("when the file is somebody else's (skipped unless root)", () =>
    inTempDir((dir) => {
      writeFileSync(dir.file("t"), "");
      execFileSync("chown", ["65534", dir.file("t")]);
      chmodSync(dir.file("t"), 0o666);
      expect(refuse(dir.file("t"))).toMatchObject(refusal("belongs to another user"));
      linkSync(dir.file("t"), dir.file("hard"));
      expect(refuse(dir.file("hard"))).toMatchObject(refusal("belongs to another user"));
    }),
  );
});

test("a disk that is full is told once, and ends the trace only", () => {
  const failures: Error[] = [];
  using output = openTraceFile("/dev/full", (error) => void failures.push(error));
  output.write("a");
  output.write("b");
  expect(failures.map(({ message }) => message)).toEqual(["cannot write the trace to /dev/full: no space left"]);
});

describe("the writer", () => {
  test("writes a header, and a held line when it gets quiet", () =>
    inTempDir(async (dir) => {
      using writer = openTraceWriter({
        destination: { file: dir.file("t") },
        title: "a test",
        standardError: noFailure as never,
        onFailure: noFailure,
      });
      expect(readFileSync(dir.file("t"), "utf8")).toMatch(/^# a test\n/);
      const [front] = new Dialogue().command("PWD").events;
      writer.trace(front!);
      await until("the held line", () => readFileSync(dir.file("t"), "utf8").includes("> PWD"));
    }));

  test("writes the held line at its end, and to standard error where there is no file", () => {
    const written: string[] = [];
    const writer = openTraceWriter({
      destination: {},
      title: "a test",
      width: 80,
      standardError: (text) => void written.push(text),
      onFailure: noFailure,
    });
    for (const event of new Dialogue().command("PWD").reply('257 "/"').events.slice(0, 3)) writer.trace(event);
    writer[Symbol.dispose]();
    expect(written.join("").split("\n").slice(3)).toEqual([
      expect.stringMatching(/> PWD {2,}\| {2}> PWD$/),
      expect.stringMatching(/\| {2}< 257 "\/"$/),
      "",
    ]);
  });
});
