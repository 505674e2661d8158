// The whole program, where its SSH server is not there.
import { beforeAll, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { type BuiltProgram, buildProgram, run } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

test.each([
  ["FTP users who are SSH users", []],
  ["users of its own", ["--anonymous"]],
])("with %s a destination that does not resolve is said at once, and nothing is ready", async (_, options) => {
  const { ended, stdout, stderr } = await run(program.real, [
    "bridge",
    ...options,
    "-L",
    "0",
    "-F",
    "none",
    "nobody.invalid",
  ]);
  expect({ ended, stdout }).toEqual({ ended: "exit 255", stdout: "" });
  expect(stderr).toMatch(/nobody\.invalid/);
});
