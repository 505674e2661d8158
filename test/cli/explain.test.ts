import { expect, test } from "vitest";
import { parseExplain } from "../../src/cli/doctor/explain-command.ts";
import { runExplain } from "../../src/cli/doctor/run-explain.ts";
import type { ProcessIo } from "../../src/cli/run/process-io.ts";

function explain(...words: string[]): { readonly status: number; readonly shown: string } {
  const lines: string[] = [];
  const io = {
    env: {},
    outputColumns: undefined,
    printLine: (line: string) => lines.push(line),
    printError: (text: string) => lines.push(text),
  } as unknown as ProcessIo;
  const status = runExplain(parseExplain(words), io);
  return { status, shown: lines.join("\n") };
}

test.each([
  [["425 Security: Bad IP connecting."], "D08 (S08): "],
  [["500", "Illegal", "PORT", "command."], "D07 (S07): "],
  [["D07"], "D07 (S07): "],
  [["s8"], "D08 (S08): "],
  [["ssh: connect to host x port 22: Connection refused"], "D21: "],
  [["550 No such file"], "Nothing is wrong with the way to the server"],
])("%s", (words, begins) => {
  const { status, shown } = explain(...words);
  expect(status).toBe(0);
  expect(shown.startsWith(begins)).toBe(true);
});

test("a line that is not known says so, with status 1", () => {
  expect(explain("all is well")).toMatchObject({ status: 1, shown: expect.stringContaining("not known") });
});

test("no text is a mistake", () => {
  expect(() => parseExplain([])).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
});
