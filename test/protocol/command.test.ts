import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { argumentText, type Command, describeCommand, formatCommand } from "../../src/protocol/command.ts";
import { CommandReceiver } from "../../src/protocol/command-receiver.ts";
import { Secret } from "../../src/protocol/secret.ts";
import { fc } from "../support/fast-check.ts";
import { unwire } from "./bytes.ts";

/** The one command of a line, read as a second line so that no word is taken for another protocol. */
function readBack(bytes: Uint8Array): Command {
  const receiver = new CommandReceiver();
  receiver.receive(formatCommand("NOOP"));
  const [event] = receiver.receive(bytes);
  if (event?.type !== "command") throw new Error(`no command: ${event?.type}`);
  return event.command;
}

const refused = expect.objectContaining({ code: "FTP_PROTOCOL_LOCAL" });

describe("a command is written", () => {
  test.each([
    ["NOOP", undefined, undefined, "NOOP\r\n"],
    ["noop", undefined, undefined, "NOOP\r\n"],
    ["PASS", "", undefined, "PASS \r\n"],
    ["PASS", new Secret("s3cret"), undefined, "PASS s3cret\r\n"],
    ["RETR", " a b ", undefined, "RETR  a b \r\n"],
    ["RETR", "\xff", undefined, "RETR \xff\xff\r\n"],
    ["RETR", "\xff", "doubled", "RETR \xff\xff\r\n"],
    ["RETR", "\xff", "none", "RETR \xff\xff\r\n"],
    ["RETR", "\xff", "bare", "RETR \xff\r\n"],
  ] as const)("%s %o with 0xFF %s", (verb, argument, iac, line) => {
    expect(unwire(formatCommand(verb, argument, iac))).toBe(line);
  });

  test("and read back as itself, whatever bytes the argument has", () => {
    const argument = fc.uint8Array({ maxLength: 30 }).map((bytes) => unwire(bytes).replace(/[\r\n\0]/g, "\xff"));
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]{1,8}$/), argument, (verb, text) => {
        const command = readBack(formatCommand(verb, text));
        expect(command.verb).toBe(verb.toUpperCase());
        expect(argumentText(command)).toBe(text);
      }),
    );
  });
});

describe("what would be more than one line, or none, is refused", () => {
  test.each([
    ["RETR", "a\r\nDELE b"],
    ["RETR", "a\nDELE b"],
    ["RETR", "a\rb"],
    ["RETR", "a\0b"],
    // Cut to its low byte, U+010A is a line feed.
    ["RETR", "a\u010aDELE b"],
    ["PASS", new Secret("a\r\nDELE b")],
    ["", "a"],
    ["RETR\r\nDELE", "a"],
    ["RE TR", "a"],
    ["RÉTR", "a"],
  ] as const)("%j %o", (verb, argument) => {
    expect(() => formatCommand(verb, argument)).toThrow(refused);
  });

  test("without showing a password", () => {
    const error = ((): unknown => {
      try {
        return formatCommand("PASS", "hush\n");
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(inspect(error)).not.toContain("hush");
  });
});

describe("a password", () => {
  const command = readBack(new Uint8Array([...formatCommand("pass", " hush ")]));

  test.each(["PASS", "ACCT"])("of %s is a secret from the codec on", (verb) => {
    expect(readBack(formatCommand(verb, "hush")).argument).toBeInstanceOf(Secret);
  });

  test("is revealed on demand, spaces kept", () => {
    expect(argumentText(command)).toBe(" hush ");
  });

  test("does not show in any other way", () => {
    const shown = [
      describeCommand(command),
      `${command.argument}`,
      JSON.stringify(command),
      inspect(command, { depth: 9, showHidden: true }),
      String(command.argument),
      Object.entries(command.argument ?? {}).join(),
    ];
    for (const text of shown) expect(text).not.toContain("hush");
    expect(inspect(command.argument)).toBe("***");
    expect(shown[0]).toBe("PASS ***");
    expect(shown[2]).toContain('"***"');
  });
});

describe("a command without argument", () => {
  test("is another one than a command with an empty one", () => {
    expect(readBack(formatCommand("STAT")).argument).toBeUndefined();
    expect(readBack(formatCommand("STAT", "")).argument).toBe("");
    expect(argumentText(readBack(formatCommand("STAT")))).toBe("");
  });
});
