import { expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";

const parse = (line: string): unknown => parseCommandLine(line.split(" "));

test.each([
  ["lab", { numbers: [], all: false, step: false, real: false }],
  ["lab run S08", { numbers: ["S08"], all: false, step: false, real: false }],
  ["lab run 8 s4 --step", { numbers: ["S08", "S04"], all: false, step: true, real: false }],
  ["lab --step run S20", { numbers: ["S20"], all: false, step: true, real: false }],
  ["lab run --all", { numbers: [], all: true, step: false, real: false }],
])("%s", (line, options) => {
  expect(parse(line)).toEqual({ kind: "lab", ...options });
});

test.each(["lab --help", "lab run S08 -h", "help lab"])("%s asks for its help", (line) => {
  expect(parse(line)).toEqual({ kind: "help", command: "lab" });
});

test.each([
  ["lab run S21", /no scenario "S21"/],
  ["lab run port-theft", /no scenario "port-theft"/],
  ["lab run", /number is missing/],
  ["lab rnu S08", /cannot "rnu"/],
  ["lab --all", /nothing to run/],
  ["lab run --all S08", /cannot be used together/],
  ["lab run S08 --html a.html --real", /draws simulated runs/],
  ["lab run --all --step", /step/],
  ["lab run S08 --setp", /--setp/],
  ["lab -- ls", /runs no command/],
])("%s is refused", (line, message) => {
  expect(() => parse(line)).toThrow(
    expect.objectContaining({ code: "USAGE_INVALID", message: expect.stringMatching(message) }),
  );
});

test("a host that is called lab is reached behind the word tunnel", () => {
  expect(parse("tunnel lab")).toMatchObject({ kind: "tunnel", options: { ssh: { host: "lab" } } });
});

test("its help is at most 100 columns wide and ends with a newline", () => {
  const lines = helpText("lab").split("\n");
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(lines.at(-1)).toBe("");
});
