import { describe, expect, test } from "vitest";
import type { FtpClient } from "../../src/client/ftp-client.ts";
import { eachOf } from "../../src/prompt/many-files.ts";
import type { Settings, Shell } from "../../src/prompt/shell.ts";
import { splitLine } from "../../src/prompt/split-line.ts";
import { parseListing } from "../../src/protocol/listing/parse-listing.ts";

/** A shell whose server lists these lines of MLSD, and whose user answers so. */
function shellWith(lines: readonly string[], answers: readonly string[] = []) {
  const printed: string[] = [];
  const left = [...answers];
  const client = { list: async () => parseListing(lines, { command: "MLSD", nowMs: 0 }) } as unknown as FtpClient;
  const shell = {
    settings: { glob: true, confirm: answers.length > 0 } as Settings,
    signal: new AbortController().signal,
    client: () => client,
    print: (line: string) => void printed.push(line),
    ask: async () => left.shift(),
  } as unknown as Shell;
  return { shell, printed };
}

async function namesFor(shell: Shell, line: string): Promise<string[]> {
  const names: string[] = [];
  await eachOf(shell, "mget", splitLine(line), async (name) => {
    names.push(name);
  });
  return names;
}

describe("the names of mget", () => {
  test("have no path that a server made up; such lines are told, without their control characters", async () => {
    const { shell, printed } = shellWith([
      "type=file; a",
      "type=file; ../../.bashrc",
      "type=file; /etc/\u001b[2Jx",
      "type=dir; d",
    ]);
    expect(await namesFor(shell, "*")).toEqual(["a"]);
    expect(printed).toContain('not understood in the listing, and left out: "type=file; ../../.bashrc"');
    expect(printed.join("")).not.toContain("\u001b");
  });

  test("come once each, whichever words mean them", async () => {
    expect(await namesFor(shellWith(["type=file; a", "type=file; b"]).shell, "b * a")).toEqual(["b", "a"]);
  });

  test("without globbing are the words", async () => {
    const { shell } = shellWith([]);
    shell.settings.glob = false;
    expect(await namesFor(shell, "*.txt [a]")).toEqual(["*.txt", "[a]"]);
  });

  test("are asked about, and a and q are for this command only", async () => {
    const lines = ["a", "b", "c", "d"].map((name) => `type=file; ${name}`);
    const all = shellWith(lines, ["n", "what?", "", "a"]);
    expect(await namesFor(all.shell, "*")).toEqual(["b", "c", "d"]);
    expect(all.shell.settings.confirm).toBe(true);
    expect(await namesFor(shellWith(lines, ["y", "q"]).shell, "*")).toEqual(["a"]);
  });

  test("that nothing matches are an error", async () => {
    await expect(namesFor(shellWith(["type=file; a"]).shell, "b*")).rejects.toMatchObject({ code: "FS_NOT_FOUND" });
  });
});
