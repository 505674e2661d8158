import { expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";

const parse = (line: string): unknown => parseCommandLine(line.split(" "));

test.each([
  ["demo", { once: false, whole: false, step: false }],
  ["demo --once", { once: true, whole: false, step: false }],
  ["demo -v --once", { once: true, whole: true, step: false }],
  ["demo --step", { once: false, whole: false, step: true }],
])("%s", (line, options) => {
  expect(parse(line)).toEqual({ kind: "demo", ...options });
});

test.each(["demo --help", "demo -h --once", "help demo"])("%s asks for its help", (line) => {
  expect(parse(line)).toEqual({ kind: "help", command: "demo" });
});

test.each([
  ["help serve", "serve"],
  ["help passwd", "passwd"],
  ["help", "tunnel"],
])("%s is the help of %s", (line, command) => {
  expect(parse(line)).toEqual({ kind: "help", command });
});

test("a host that is called demo is reached behind the word tunnel, or with a user", () => {
  expect(parse("tunnel demo")).toMatchObject({ kind: "tunnel", options: { ssh: { host: "demo" } } });
  expect(parse("me@demo")).toMatchObject({ kind: "tunnel", options: { ssh: { host: "demo", user: "me" } } });
});

test.each(["demo x", "demo --json", "demo --once=1", "demo -- ls"])("%s is refused", (line) => {
  expect(() => parse(line)).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
});

test("its help is at most 100 columns wide and ends with a newline", () => {
  expect(
    helpText("demo")
      .split("\n")
      .filter((line) => line.length > 100),
  ).toEqual([]);
  expect(helpText("demo")).toMatch(/[^\n]\n$/);
});
