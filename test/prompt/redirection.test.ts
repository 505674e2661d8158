import { describe, expect, test } from "vitest";
import { takeRedirection } from "../../src/prompt/redirection.ts";
import { thrownBy } from "../protocol/thrown-by.ts";

const file = (name: string, append = false) => ({ to: "file", name, append });
const program = (line: string) => ({ to: "program", line });

describe("a redirection", () => {
  test.each([
    ["ls", "ls", undefined],
    ["ls > list.txt", "ls ", file("list.txt")],
    ["ls>list.txt", "ls", file("list.txt")],
    ["ls -l d >> list", "ls -l d ", file("list", true)],
    ['ls > "my list"', "ls ", file("my list")],
    ["ls > my\\ list", "ls ", file("my list")],
    ["ls | more", "ls ", program("more")],
    ["ls d|grep x | head -1 > y", "ls d", program("grep x | head -1 > y")],
    ['ls "a|b" c\\>d', 'ls "a|b" c\\>d', undefined],
  ])("of lines: %j", (line, rest, to) => {
    expect(takeRedirection(line, "lines")).toEqual([rest, to]);
  });

  test.each([
    ["get f |less -S", "get f ", program("less -S")],
    ["get f | less", "get f ", program("less")],
    ["get a|b c>d", "get a|b c>d", undefined],
    ['get f "|less"', 'get f "|less"', undefined],
    ["get f > g", "get f > g", undefined],
  ])("of a file: %j", (line, rest, to) => {
    expect(takeRedirection(line, "file")).toEqual([rest, to]);
  });

  test.each(["ls |", "ls >", "ls > a b", 'ls > ""', "ls > a > b"])("%j is not complete", (line) => {
    expect(thrownBy(() => takeRedirection(line, "lines"))).toMatchObject({ code: "USAGE_INVALID" });
  });
});
