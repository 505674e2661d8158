// The command and the records of scp's own protocol.
import { describe, expect, test } from "vitest";
import { parseScpCommand } from "../../../src/ssh/scp/wire/command.ts";
import { formatComplaint, formatEntry, formatTimes, parseRecord } from "../../../src/ssh/scp/wire/records.ts";

describe("the command", () => {
  test.each([
    ["scp -t .", { role: "sink", recursive: false, preserve: false, intoDirectory: false }, ["."]],
    ["scp -v -r -p -d -t -- '-odd'", { role: "sink", recursive: true, preserve: true, intoDirectory: true }, ["-odd"]],
    ["scp -pf 'a b'\\''c'", { role: "source", preserve: true }, ["a b'c"]],
    ['/usr/bin/scp -rf "a\\"b" c\\ d', { role: "source", recursive: true }, ['a"b', "c d"]],
    ["scp -f ''", { role: "source" }, [""]],
  ])("%s", (text, expected, paths) => {
    const command = parseScpCommand(text);
    expect(command).toMatchObject(expected);
    expect(typeof command === "object" && command.paths.map((path) => path.text)).toEqual(paths);
  });

  test("a special character counts as a pattern only where it is not quoted", () => {
    const command = parseScpCommand("scp -f *.txt '*'.txt \\?");
    expect(typeof command === "object" && command.paths.map(({ pattern }) => pattern)).toEqual([
      "*.txt",
      "[*].txt",
      "[?]",
    ]);
  });

  test.each(["true", "scpx -t .", "echo scp -t ."])("%s is another command", (text) => {
    expect(parseScpCommand(text)).toBeUndefined();
  });

  test.each([
    ["scp", /remote end/],
    ["scp -t", /one path/],
    ["scp -t a b", /one path/],
    ["scp -tf a", /remote end/],
    ["scp -S prog -t a", /-S is not an option/],
    ["scp -f 'a", /not closed/],
  ])("%s is refused", (text, why) => {
    expect(parseScpCommand(text)).toMatch(why);
  });
});

describe("records", () => {
  test.each([
    ["C0644 5 a b", { type: "file", mode: 0o644, size: 5, name: "a b" }],
    ["C4755 0 x", { type: "file", mode: 0o755, size: 0, name: "x" }],
    ["D07777 0 d", { type: "directory", mode: 0o777, size: 0, name: "d" }],
    ["T1000000 0 7 0", { type: "times", modifiedS: 1_000_000 }],
    ["E", { type: "end" }],
    ["\x01scp: no", { type: "warning", words: "scp: no" }],
    ["\x02scp: no", { type: "fatal", words: "scp: no" }],
  ])("%j", (line, expected) => {
    expect(parseRecord(line)).toEqual(expected);
  });

  test.each([
    "C0644 5 ",
    "C0644 5 .",
    "C0644 5 ..",
    "C0644 5 a/b",
    "C0644 5 ../x",
    "C0644 5 a\x1bb",
    "C0644 5 a\r",
    "C0644 -5 a",
    "C0644 9007199254740993 a",
    "C0999 5 a",
    "X",
    "",
    "T1 0",
  ])("%j is refused", (line) => {
    expect(parseRecord(line)).toBeTypeOf("string");
  });

  test("what is told is one line, and a mode has no set-user-id", () => {
    expect(formatComplaint("warning", "a\nC0644 5 evil")).toBe("\x01scp: a?C0644 5 evil\n");
    expect(formatEntry("file", 0o4755, 3, "a")).toBe("C0755 3 a\n");
    expect(formatTimes(1_500_999)).toBe("T1500 0 1500 0\n");
  });
});
