import { describe, expect, test } from "vitest";
import { bannedWords } from "./banned-words.ts";
import { typescriptBelow } from "./source-files.ts";

test("src has no clock, chance, console or unfinished work where it should not be", () => {
  expect(bannedWords(typescriptBelow("src"))).toEqual([]);
});

describe("the bans", () => {
  test.each([
    ["src/protocol/a.ts", "const a = 1;\nconst b = Date.now();", "src/protocol/a.ts:2 has Date.now"],
    ["src/gateway/a.ts", "performance.now()", "src/gateway/a.ts:1 has performance.now"],
    ["src/network/a.ts", "Math.random()", "src/network/a.ts:1 has Math.random"],
    ["src/gateway/a.ts", 'console.log("x")', "src/gateway/a.ts:1 has console."],
    ["src/client/a.ts", "if (e instanceof SallyportError)", "src/client/a.ts:1 has instanceof SallyportError"],
    ["src/client/a.ts", "class Refused {}\nif (e instanceof Refused)", "src/client/a.ts:2 has instanceof Refused"],
    ["src/gateway/a.ts", "export let a = 1;", "src/gateway/a.ts:1 has export let"],
    ["src/gateway/a.ts", "// TODO: all of it", "src/gateway/a.ts:1 has TODO"],
  ])("find in %s: %s", (path, text, fault) => {
    expect(bannedWords([{ path, text }])).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    ["src/network/system-clock.ts", "Date.now()"],
    ["src/network/system-random.ts", "Math.random()"],
    ["src/cli/a.ts", 'console.log("x")'],
    ["src/network/a.ts", "if (stream instanceof Socket)"],
    ["src/gateway/a.ts", "// Date.now is banned, console. too"],
  ])("let pass in %s: %s", (path, text) => {
    expect(bannedWords([{ path, text }])).toEqual([]);
  });
});
