import { describe, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { ftpOptions } from "../../../src/cli/ftp/ftp-command.ts";
import { thrownBy } from "../../protocol/thrown-by.ts";

const parse = (words: string) => parseCommandLine(["ftp", ...words.split(" ").filter((word) => word !== "")]);

describe("sallyport ftp", () => {
  test.each([
    ["", { kind: "ftp", mode: "auto", debug: false, quiet: false, explain: false }],
    ["h", { target: { host: "h" } }],
    ["-d anna@h 2121", { debug: true, target: { user: "anna", host: "h", port: 2121 } }],
    ["me@work@h", { target: { user: "me@work", host: "h" } }],
    ["[::1] 21", { target: { host: "::1", port: 21 } }],
    ["h -q", { quiet: true, target: { host: "h" } }],
    ["--active h", { mode: "active" }],
    ["--default-port h", { mode: "default-port" }],
    ["--tls --tls-ca f h", { tls: "explicit", tlsCa: "f" }],
    [
      "ftp://anna:a%40b@h:2121/pub/x",
      { target: { user: "anna", password: "a@b", host: "h", port: 2121 }, directory: "pub/x" },
    ],
    ["ftps://h//etc", { tls: "implicit", directory: "/etc" }],
    ["--via s h", { via: { transport: "auto", ssh: { host: "s", identityFiles: [], options: [] } } }],
    [
      "--via anna@s:2222 -i k -F c -J j -o A=b --ssh embedded h",
      {
        via: {
          transport: "embedded",
          ssh: {
            host: "s",
            user: "anna",
            port: 2222,
            identityFiles: ["k"],
            configFile: "c",
            jump: "j",
            options: ["A=b"],
          },
        },
      },
    ],
    ["-p 2222 --via s h", { via: { ssh: { host: "s", port: 2222 } } }],
    ["--via ssh://anna@[::1]:22 h", { via: { ssh: { host: "::1", user: "anna", port: 22 } } }],
  ])("%s", (words, command) => {
    expect(parse(words)).toMatchObject(command);
  });

  test.each([
    ["h 21 x", /unexpected argument/],
    ["h x", /port/],
    ["-x h", /unknown option -x/],
    ["--active --passive h", /cannot be used together/],
    ["-i k h", /-i is for the SSH connection of --via/],
    ["--ssh embedded h", /--ssh is for the SSH connection of --via/],
    ["-p 22 h", /-p is for the SSH connection of --via/],
    ["-p 22 --via s:23 h", /name two ports/],
    ["sftp://h/", /not SFTP/],
    ["http://h/", /is not an ftp:\/\//],
    ["ftp://h:21 21", /unexpected argument/],
    ["a/b", /is not a host name/],
    ["--via -x h", /./],
  ])("%s is refused", (words, why) => {
    expect(thrownBy(() => parse(words))).toMatchObject({ code: "USAGE_INVALID", message: expect.stringMatching(why) });
  });

  test("--help names every option and is at most 100 columns wide", () => {
    expect(parse("--help")).toEqual({ kind: "help", command: "ftp" });
    const text = helpText("ftp");
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
    for (const row of ftpOptions.rows) {
      expect(text).toContain(flagOf(row));
      expect(text).toContain(row.help);
    }
  });
});
