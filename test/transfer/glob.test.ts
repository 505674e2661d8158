import { describe, expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { expandBraces, expandGlob, isGlob } from "../../src/transfer/glob.ts";
import { thrownBy } from "../protocol/thrown-by.ts";

const directories: Readonly<Record<string, readonly string[]>> = {
  "": ["b.txt", "a.txt", "c.md", ".hidden", "sub", "sub2", "star*", "[x]"],
  sub: ["one", "two"],
  sub2: ["one"],
  "/": ["etc"],
  "/etc": ["motd", "mtab"],
  "/home/a*b": ["notes"],
};
const expand = (pattern: string) =>
  expandGlob(pattern, { home: "/home/a*b", list: async (directory) => directories[directory] ?? [] });

describe("a pattern", () => {
  test.each([
    ["*.txt", ["a.txt", "b.txt"]],
    ["*", ["[x]", "a.txt", "b.txt", "c.md", "star*", "sub", "sub2"]],
    [".*", [".hidden"]],
    ["?.m[c-e]", ["c.md"]],
    ["[!a].txt", ["b.txt"]],
    ["*\\*", ["star*"]],
    ["\\[*", ["[x]"]],
    ["\\*.txt", ["*.txt"]],
    ["nothing*", []],
    ["plain", ["plain"]],
    ["sub*/one", ["sub/one", "sub2/one"]],
    ["sub*/t*", ["sub/two"]],
    ["/etc/m*", ["/etc/motd", "/etc/mtab"]],
    ["/e*/mo*", ["/etc/motd"]],
    ["{b,a}.txt", ["b.txt", "a.txt"]],
    ["{a.txt,*.txt}", ["a.txt", "b.txt"]],
    ["~/n*", ["/home/a*b/notes"]],
    ["~", ["/home/a*b"]],
    ["\\~", ["~"]],
    ["a~", ["a~"]],
  ])("%s", async (pattern, names) => {
    expect(await expand(pattern)).toEqual(names);
  });

  test("with no home leaves the tilde to the server", async () => {
    expect(await expandGlob("~/x", { list: async () => [] })).toEqual(["~/x"]);
  });

  test("is known by its characters, unless they are quoted", () => {
    expect(["*", "a?", "[a]", "{a,b}", "~/x"].every(isGlob)).toBe(true);
    expect(["", "a", "\\*", "a\\?\\[", "a~"].some(isGlob)).toBe(false);
  });
});

describe("braces", () => {
  test.each([
    ["a{b,c}d", ["abd", "acd"]],
    ["{a,b}{1,2}", ["a1", "a2", "b1", "b2"]],
    ["a{b,c{d,e}}", ["ab", "acd", "ace"]],
    ["{a}", ["a"]],
    ["{a,}b", ["ab", "b"]],
    ["{}", ["{}"]],
    ["{}{a,b}", ["{}a", "{}b"]],
    ["{a,b", ["{a,b"]],
    ["a}b", ["a}b"]],
    ["\\{a,b}", ["\\{a,b}"]],
    ["{a\\,b,c}", ["a\\,b", "c"]],
    ["{x,{a,b", ["{x,{a,b"]],
  ])("%s", (pattern, words) => {
    expect(expandBraces(pattern)).toEqual(words);
  });

  test("mean as many words as the limit, and no more", () => {
    expect(expandBraces(`{${"a,".repeat(limits.globWordsMax - 1)}a}`)).toHaveLength(limits.globWordsMax);
    expect(thrownBy(() => expandBraces(`{${"a,".repeat(limits.globWordsMax)}a}`))).toMatchObject({
      code: "USAGE_INVALID",
    });
    expect(thrownBy(() => expandBraces("{a,b}".repeat(40)))).toMatchObject({ code: "USAGE_INVALID" });
  });
});
