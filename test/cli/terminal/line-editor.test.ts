import { describe, expect, test } from "vitest";
import { LineEditor } from "../../../src/cli/terminal/line-editor.ts";

const line = (text: string) => ({ kind: "line", text });

describe("an answer that is shown", () => {
  test.each([
    ["yes\r", "yes\n", line("yes")],
    ["yes\n", "yes\n", line("yes")],
    ["\r", "\n", line("")],
    ["no\u007f\u007fyes\r", "no\b \b\b \byes\n", line("yes")],
    ["\b\bok\r", "ok\n", line("ok")],
    ["wrong\u0015right\r", `wrong${"\b \b".repeat(5)}right\n`, line("right")],
    ["a\u001b[D\u001b[3~\u001bOAb\r", "ab\n", line("ab")],
    ["a\u0001\u0000\tb\r", "ab\n", line("ab")],
    ["pässwörd 漢🙂\r", "pässwörd 漢🙂\n", line("pässwörd 漢🙂")],
    ["🙂\u007f\r", "🙂\b \b\n", line("")],
    ["first\rsecond\r", "first\n", line("first")],
    ["ab\u0003", "ab^C\n", { kind: "interrupt" }],
    ["ab\u001ac\r", "ab^Z\n", { kind: "suspend" }],
    ["\u0004", "\n", { kind: "end" }],
  ])("%j", (typed, show, answer) => {
    expect(new LineEditor(true).feed(typed)).toEqual({ show, answer });
  });

  test("Ctrl-D in the middle of a line is not its end", () => {
    expect(new LineEditor(true).feed("ab\u0004")).toEqual({ show: "ab" });
  });
});

describe("a secret", () => {
  test("shows nothing but the end of the line, however it is edited", () => {
    const editor = new LineEditor(false);
    expect(editor.feed("sec\u007f\u0015secret")).toEqual({ show: "" });
    expect(editor.feed("\r")).toEqual({ show: "\n", answer: line("secret") });
  });

  test("arrives whole however the keys are cut into pieces", () => {
    const editor = new LineEditor(false);
    for (const key of "a\u001b[Db") editor.feed(key);
    expect(editor.feed("\r").answer).toEqual(line("ab"));
  });
});

test("an endless line is cut at 1024 characters", () => {
  const { answer } = new LineEditor(false).feed(`${"x".repeat(5000)}\r`);
  expect(answer).toEqual(line("x".repeat(1024)));
});
