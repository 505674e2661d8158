import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FtpClient } from "../../src/client/ftp-client.ts";
import { makeComplete } from "../../src/prompt/completion.ts";
import type { Settings } from "../../src/prompt/shell.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

const directories: Readonly<Record<string, readonly string[]>> = {
  "": ["readme.txt", "read me", ".hidden", "dir/", "evil\u001b[2J", 'quo"te'],
  "dir/": ["inner"],
};
const client = {
  list: async (path = "") => ({
    entries: (directories[path] ?? []).map((name) => ({
      name: name.replace(/\/$/, ""),
      type: name.endsWith("/") ? "directory" : "file",
    })),
  }),
} as unknown as FtpClient;

let here: TempDir;
beforeAll(() => {
  here = makeTempDir("completion");
  mkdirSync(here.file("local-dir"));
  writeFileSync(here.file("local-file"), "");
});
afterAll(() => here.remove());

const offers = async (line: string, connected = true): Promise<readonly [readonly string[], string]> => {
  const settings = { localDirectory: here.path } as Settings;
  return await makeComplete({ settings, client: () => (connected ? client : undefined) })(line);
};

describe("the Tab key", () => {
  test.each([
    ["mg", ["mget "], "mg"],
    ["help mg", ["mget "], "mg"],
    ["get r", ["read\\ me ", "readme.txt "], "r"],
    ['get "r', ['"read me" ', '"readme.txt" '], '"r'],
    ["get read\\ ", ["read\\ me "], "read\\ "],
    ["get q", ['quo\\"te '], "q"],
    ["get .", [".hidden "], "."],
    ["get ", ["dir/", 'quo\\"te ', "read\\ me ", "readme.txt "], ""],
    ["cd d", ["dir/"], "d"],
    ["get dir/", ["dir/inner "], "dir/"],
    ["g dir/i", [], "dir/i"],
    ["get readme.txt local-", ["local-dir/", "local-file "], "local-"],
    ["put local-f", ["local-file "], "local-f"],
    ["mget a b dir/i", ["dir/inner "], "dir/i"],
    ["ls -l dir/i", ["dir/inner "], "dir/i"],
    ["ls dir > local-", ["local-dir/", "local-file "], "local-"],
    ["get e", [], "e"],
    ["nonsense r", [], "r"],
    ["user r", [], "r"],
  ])("behind %j offers %j", async (line, found, part) => {
    expect(await offers(line)).toEqual([found, part]);
  });

  test("without a session offers nothing of a server", async () => {
    expect(await offers("get r", false)).toEqual([[], "r"]);
  });
});
