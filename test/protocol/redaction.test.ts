// What a trace may show of a session in which passwords are typed, mistyped and repeated.
import { describe, expect, test } from "vitest";
import { parseCommandLine } from "../../src/protocol/command-receiver.ts";
import { Redaction } from "../../src/protocol/redaction.ts";
import { hideSecret } from "../../src/protocol/secret-arguments.ts";

/** Lines that begin with a digit are the server's. */
function shown(...lines: readonly string[]): string[] {
  const redaction = new Redaction();
  return lines.map((line) => {
    if (/^\d/.test(line)) return redaction.reply({ code: Number(line.slice(0, 3)), lines: [line] }).lines[0] ?? "";
    const command = parseCommandLine(line);
    return "reason" in command ? command.reason : redaction.command(command);
  });
}

describe("a password is hidden", () => {
  test.each([
    ["PASS hunter2", "PASS ***"],
    ["pass  hunter2", "PASS ***"],
    ["ACCT hunter2", "ACCT ***"],
    ["PAS hunter2", "PAS ***"],
    ["PSAS hunter2", "PSAS ***"],
    ["PASSS hunter2", "PASSS ***"],
    ["OASS hunter2", "OASS ***"],
    ["ACT hunter2", "ACT ***"],
    ["XPASS hunter2", "XPASS ***"],
    ["PASSWD old hunter2", "PASSWD ***"],
    ["PASShunter2", "PASS***"],
    ["PASS:hunter2", "PASS***"],
    ["PASV hunter2", "PASV ***"],
    ["SITE PSWD old hunter2", "SITE PSWD ***"],
    ["SITE NEWPASS hunter2", "SITE NEWPASS ***"],
    ["SITE  CHPASS hunter2", "SITE  CHPASS ***"],
    ["SITE ADDUSER anna hunter2", "SITE ADDUSER ***"],
    ["SITE EXEC login password=hunter2", "SITE EXEC login password=***"],
    ["QUOTE PASS hunter2", "QUOTE PASS ***"],
    ["USER PASS hunter2", "USER PASS ***"],
    ["USER anna password hunter2", "USER anna password ***"],
    ["OPTS PASS hunter2", "OPTS PASS ***"],
    ["HELP PASS hunter2", "HELP PASS ***"],
    ["CLNT x pass=hunter2", "CLNT x pass=***"],
  ])("in %s, and where the server repeats the line", (line, expected) => {
    const [command, reply = ""] = shown(line, `500 '${line}': hunter2 not understood`);
    expect(command).toBe(expected);
    expect(reply).not.toMatch(/hunter2/i);
    // What was hidden once is hidden in the same way.
    expect(hideSecret(expected)).toBe(expected);
  });

  test("that stands alone where it was asked for", () => {
    expect(shown("USER anna", "331 Password?", "hunter2", "500 HUNTER2: what?", "hunter2 PASS")).toEqual([
      "USER anna",
      "331 Password?",
      "***",
      "500 ***: what?",
      "***",
    ]);
  });

  test("wherever the client says it again", () => {
    expect(shown("PASS hunter2", "CWD hunter2", "STOR a hunter2.txt", "SITE IDLE hunter2", "USER hunter2")).toEqual([
      "PASS ***",
      "CWD ***",
      "STOR a ***.txt",
      "SITE IDLE ***",
      "USER ***",
    ]);
  });

  test("in the reply that repeats it in quotes or behind its command, whatever word it is", () => {
    expect(shown("PASS wrong", "500 'PASS wrong': not understood", "530 pass wrong is wrong", '530 "wrong"?')).toEqual([
      "PASS ***",
      "500 'PASS ***': not understood",
      "530 pass *** is wrong",
      '530 "***"?',
    ]);
  });
});

describe("nothing else is hidden", () => {
  test.each([
    ["wrong", "530 User or password is wrong."],
    ["incorrect", "530 Login incorrect."],
    ["Login", "530 Login authentication failed"],
    ["password", "530 User or password is wrong."],
  ])("the reply to the wrong password %s has its own words", (password, reply) => {
    expect(shown(`PASS ${password}`, reply)[1]).toBe(reply);
  });

  test("a word that the session has shown before", () => {
    const lines = ["220 welcome to gringotts", "USER anna", "331 Password, anna?", "PASS gringotts"];
    expect(shown(...lines, "230 gringotts greets you").at(-1)).toBe("230 gringotts greets you");
    expect(shown("USER anna", "PASS anna", "230 User anna logged in").at(-1)).toBe("230 User anna logged in");
  });

  test("a part of a word", () => {
    expect(shown("PASS a", "200 a plan at all").at(-1)).toBe("200 *** plan at all");
  });

  test.each(["PASV", "PWD", "CWD pass", "SITE CHMOD 600 pass", "FOO bar", "SIZE a", "MFF modify=1; a", "HELP PASS"])(
    "%s",
    (line) => {
      expect(shown(line)).toEqual([line]);
      expect(hideSecret(line)).toBe(line);
    },
  );
});
