import { describe, expect, test } from "vitest";
import { commandNames, findCommand, promptCommands } from "../../src/prompt/prompt-commands.ts";
import { thrownBy } from "../protocol/thrown-by.ts";

describe("the commands of the prompt", () => {
  test("are those that ftp(1) has always had", () => {
    const classic =
      "open user close quit ls dir nlist cd cdup pwd lcd get put reget append mget mput delete mdelete mkdir rmdir rename " +
      "size modtime chmod type ascii binary passive sendport epsv4 quote site status verbose debug hash prompt glob system help";
    expect(classic.split(" ").filter((name) => !commandNames.includes(name))).toEqual([]);
  });

  test("have names that are nobody else's, and a line of help without a full stop", () => {
    expect(new Set(commandNames).size).toBe(commandNames.length);
    for (const { help } of promptCommands) expect(help).toMatch(/^[A-Za-z][^\n]*[^.\n]$/);
  });

  test.each([
    ["get", "get"],
    ["GET", "get"],
    ["bye", "quit"],
    ["recv", "get"],
    ["?", "help"],
    ["h", /may be hash, help/],
    ["o", "open"],
    ["rena", "rename"],
    ["bi", "binary"],
    ["exi", "quit"],
    ["ex", /"ex" may be exit, explain/],
    ["p", /may be pwd, put, proxy, passive, prompt/],
    ["nothing", /unknown command "nothing"/],
    ["get\u001b[2J", /unknown command "get\\x1b\[2J"/],
  ])("%j is found, or refused in words", (word, found) => {
    if (typeof found === "string") expect(findCommand(word).name).toBe(found);
    else
      expect(thrownBy(() => findCommand(word))).toMatchObject({
        code: "USAGE_INVALID",
        message: expect.stringMatching(found),
      });
  });
});
