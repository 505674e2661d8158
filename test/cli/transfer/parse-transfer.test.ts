import { describe, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { optionsOfVerb, type TransferVerb } from "../../../src/cli/transfer/transfer-options.ts";
import { thrownBy } from "../../protocol/thrown-by.ts";

const parse = (words: string) => parseCommandLine(words.split(" "));

describe("get, put, ls and cp", () => {
  test.each([
    ["get ftp://h/a", { sources: [{ scheme: "ftp", host: "h", segments: ["a"] }] }, { mode: "auto", sessions: 1 }],
    ["get ftp://u%40x:p%2Fw@h:2121/a%20b/c -", { sources: [{ user: "u@x", port: 2121, segments: ["a b", "c"] }] }, {}],
    ["get -rj4 ftp://h/a/ d", { destination: "d" }, { recursive: true, sessions: 4 }],
    ["get -r ftp://h/a/ d", { destination: "d" }, { recursive: true, sessions: "auto" }],
    ["get -j auto ftp://h/a", {}, { sessions: "auto" }],
    ["ls -r ftp://h/a", {}, { recursive: true, sessions: 1 }],
    ["get ftp://h/a --resume d --verify -q", { destination: "d" }, { resume: true, verify: "hash", quiet: true }],
    ["get ftp://h/a --no-verify", {}, { verify: "none" }],
    ["get ftp://h/a", {}, { verify: "size" }],
    ["get ftp://h/a ftps://h//b", { sources: [{ host: "h" }, { scheme: "ftps", segments: ["/b"] }] }, {}],
    ["put a ftp://h/b", { sources: ["a"], destination: { segments: ["b"] } }, {}],
    ["put a b ftp://h/d/ --json", { sources: ["a", "b"], destination: { directory: true } }, { json: true }],
    ["put - ftp://h/b --active", { sources: ["-"] }, { mode: "active" }],
    ["ls ftp://h --default-port --explain", { verb: "ls" }, { mode: "default-port", explain: true }],
    ["cp --through-here ftp://a/x ftp://b/y", { destination: { host: "b" } }, { throughHere: true }],
    ["ls --tls --tls-ca f ftp://h", {}, { explicitTls: true, tlsCa: "f" }],
    [
      "get --via anna@s:2222 -i k -F c -J j -o A=b --ssh embedded ftp://h/a",
      {},
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
    [
      "get -i k -F c -J j -o A=b -p 2222 --ssh embedded sftp://anna@h/~/a",
      { sources: [{ scheme: "sftp", host: "h", user: "anna", segments: ["a"] }] },
      {
        sftp: {
          transport: "embedded",
          ssh: { port: 2222, identityFiles: ["k"], configFile: "c", jump: "j", options: ["A=b"] },
        },
      },
    ],
    ["ls -J a --via anna@g:2222 sftp://h/", {}, { sftp: { ssh: { jump: "a,anna@g:2222" } } }],
    ["cp --active -i k ftp://a/x sftp://b/y", {}, { mode: "active", sftp: { ssh: { identityFiles: ["k"] } } }],
    ["get --via user@::1 ftp://h/a", {}, { via: { ssh: { host: "::1", user: "user" } } }],
    ["get --via user@::1 sftp://h/a", {}, { sftp: { ssh: { jump: "user@[::1]" } } }],
    ["get --via s -p 2222 ftp://h/a", {}, { via: { transport: "auto", ssh: { host: "s", port: 2222 } } }],
  ])("%s", (words, order, command) => {
    expect(parse(words)).toMatchObject({ kind: "transfer", order, ...command });
  });

  test.each([
    ["get", /URL to download is missing/],
    ["get a", /URL to download is missing/],
    ["get ftp://h/a b ftp://h/c", /"b" is no URL/],
    ["get ftp://h/", /ends in \/: it is a directory/],
    ["get -r ftp://h/a -", /standard output can only take one whole file/],
    ["get ftp://h/a ftp://h/b -", /standard output can only take one whole file/],
    ["get sftp://anna:secret@h/a", /takes no password/],
    ["get -p 22 sftp://h:2222/a", /differ/],
    ["ls --active sftp://h/a", /--active is for FTP/],
    ["put --tls a sftp://h/a", /--tls is for FTP/],
    ["get -d sftp://h/a", /-d is for FTP/],
    ["get sftp://a;b@h/x", /not a user name/],
    ["get -i k ftp://h/a", /-i is for the SSH connection of --via/],
    ["get http://h/a", /is not an ftp:\/\//],
    ["get ftp://h/a;type=d", /is a listing/],
    ["get ftp://h/a%0Ab", /line end/],
    ["get -j 0 ftp://h/a", /whole number from 1/],
    ["get -j 65 ftp://h/a", /to 64/],
    ["get --through-here ftp://h/a", /unknown option --through-here/],
    ["ls --resume ftp://h/a", /unknown option --resume/],
    ["get --active --passive ftp://h/a", /cannot be used together/],
    ["get -i k ftp://h/a", /-i is for the SSH connection of --via/],
    ["get -p 22 ftp://h/a", /-p is for the SSH connection of --via/],
    ["get --via s:1 -p 2 ftp://h/a", /two ports/],
    ["put a", /needs a file and a URL/],
    ["put a b ftp://h/c", /need a directory/],
    ["put ftp://h/a ftp://h/b", /is not a file on this machine/],
    ["put - ftp://h/", /has no name/],
    ["put -r - ftp://h/a", /standard input can only be uploaded whole/],
    ["cp ftp://h/a", /needs two URLs/],
    ["cp ftp://h/a b", /"b" is no URL/],
    ["ls", /URL to list is missing/],
    ["ls ftp://h -- x", /runs no command/],
  ])("%s is refused", (words, why) => {
    expect(thrownBy(() => parse(words))).toMatchObject({ code: "USAGE_INVALID", message: expect.stringMatching(why) });
  });

  test("-p is the SSH server's port, and with mkdir the directories above", () => {
    expect(parse("rm --via gate -p 2222 ftp://h/a")).toMatchObject({ via: { ssh: { port: 2222 } }, parents: false });
    expect(parse("mkdir --via gate:2222 -p ftp://h/a/b")).toMatchObject({
      via: { ssh: { port: 2222 } },
      parents: true,
    });
  });

  test.each([
    ["mv ftp://u@h/d/a b/c", { segments: ["b", "c"], directory: false, user: "u" }],
    ["mv ftp://h/a /b/", { segments: ["/b"], directory: true }],
    ["mv ftp://h/a /", { segments: ["/"], directory: true }],
    ["mv sftp://h/a ~/b", { segments: ["b"], directory: false }],
    ["mv ftp://h/a 100%", { segments: ["100%"], directory: false }],
    ["mv ftp://h/a ftp://H/b%20c", { segments: ["b c"], directory: false }],
  ])("%s", (line, destination) => {
    expect(parse(line)).toMatchObject({ order: { verb: "mv", destination } });
  });

  test.each([
    "rm",
    "rm file",
    "rm ftp://h/d/",
    "mkdir",
    "mkdir ftp://h/",
    "mv ftp://h/a",
    "mv a b",
    "mv ftp://h/a ftp://i/b",
    "mv ftp://h/a sftp://h/b",
    "mv ftp://u@h/a ftp://h/b",
    "mv ftp://h/a ftp://h/b c",
  ])("%s is refused", (line) => {
    expect(thrownBy(() => parse(line))).toMatchObject({ code: "USAGE_INVALID" });
  });

  test("a password is in no message", () => {
    for (const words of [
      "put ftp://u:secret@h/a ftp://h/b",
      "get ftp://u:secret@h:x/a",
      "cp x://u:secret@h/ ftp://h",
    ]) {
      expect(String(thrownBy(() => parse(words)))).not.toContain("secret");
    }
  });

  test.each(["get", "put", "ls", "cp", "rm", "mkdir", "mv"] as const)(
    "%s --help names its options, in 100 columns",
    (verb: TransferVerb) => {
      expect(parse(`${verb} --help`)).toEqual({ kind: "help", command: verb });
      const text = helpText(verb);
      expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
      for (const row of optionsOfVerb(verb)) {
        expect(text).toContain(flagOf(row));
        expect(text).toContain(row.help);
      }
    },
  );
});
