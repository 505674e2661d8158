// Programs that cannot be started, and how that is said.
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mayStartLater, startProcess } from "../../src/platform/start-process.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();
let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("start-process");
});
afterEach(() => dir.remove());

const start = (program: string) => startProcess(program, [], { stdio: "ignore" });

function failure(act: () => unknown): unknown {
  try {
    return void act();
  } catch (error) {
    return error;
  }
}

it("a program that is not there is an event, and will not be there later", async () => {
  const error = await new Promise((resolve) => start(dir.file("none")).once("error", resolve));
  expect(error).toMatchObject({ code: "ENOENT" });
  expect(mayStartLater(error)).toBe(false);
});

it.skipIf(process.platform !== "linux")(
  "a program that is being written may be started later (skipped unless Linux)",
  () => {
    writeFileSync(dir.file("new"), "#!/bin/sh\n", { mode: 0o755 });
    const writing = openSync(dir.file("new"), "r+");
    const error = failure(() => start(dir.file("new")));
    closeSync(writing);
    expect(error).toMatchObject({ code: "ETXTBSY" });
    expect(mayStartLater(error)).toBe(true);
  },
);

const filesMax = (): number =>
  process.platform === "linux"
    ? Number(/^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1])
    : 0;

it.skipIf(!(filesMax() < 70_000))(
  "where no more files can be open that is thrown (skipped where more than 70,000 can be)",
  () => {
    const open: number[] = [];
    expect(
      failure(() => {
        for (;;) open.push(openSync("/dev/null", "r"));
      }),
    ).toMatchObject({ code: "EMFILE" });
    const error = failure(() => start("/bin/sh"));
    for (const descriptor of open) closeSync(descriptor);
    expect(error).toMatchObject({ code: "EMFILE" });
    expect(mayStartLater(error)).toBe(true);
  },
);
