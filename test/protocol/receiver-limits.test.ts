import { describe, expect, test } from "vitest";
import { argumentText } from "../../src/protocol/command.ts";
import { CommandReceiver } from "../../src/protocol/command-receiver.ts";
import { limits } from "../../src/protocol/limits.ts";
import { ReplyReceiver } from "../../src/protocol/reply-receiver.ts";
import { bytewise, receiveAll, wire } from "./bytes.ts";

const commandOf = (bytes: number): string => `RETR ${"a".repeat(bytes - 5)}`;
const replyLineOf = (bytes: number): string => `200 ${"a".repeat(bytes - 4)}`;

/** A multi-line reply whose lines, with two bytes for each line end, make `bytes`. */
function replyOf(bytes: number): string {
  const line = `${"x".repeat(998)}\r\n`;
  const rest = bytes - "211-\r\n".length - "211 \r\n".length;
  const lines = Math.floor(rest / 1000) - 1;
  return `211-\r\n${line.repeat(lines)}${"y".repeat(rest - lines * 1000 - 2)}\r\n211 \r\n`;
}

const failureOf = (events: readonly { type: string; error?: { code: string } }[]): (string | undefined)[] =>
  events.map((event) => (event.type === "failure" ? event.error?.code : event.type));

describe("a command line", () => {
  const max = limits.commandLineBytesMax;

  test("of the limit is a command", () => {
    const [event] = new CommandReceiver().receive(wire(`${commandOf(max)}\r\n`));
    expect(event?.type === "command" && argumentText(event.command).length).toBe(max - 5);
  });

  test.each([
    ["one past the limit", commandOf(max + 1)],
    ["one past the limit with a bare line feed", `${commandOf(max + 1)}\n${commandOf(max)}`],
    ["without an end", "a".repeat(100_000)],
    ["of carriage returns only", "\r".repeat(max + 2)],
    ["whose doubled 0xFF pass the limit", `RETR ${"\xff\xff".repeat(max / 2)}`],
  ])("%s is LIMIT_LINE, whole and byte by byte, after the command before it", (_, line) => {
    const bytes = wire(`NOOP\r\n${line}\r\nNOOP\r\n`);
    expect(failureOf(new CommandReceiver().receive(bytes))).toEqual(["command", "LIMIT_LINE"]);
    expect(failureOf(receiveAll(new CommandReceiver(), bytewise(bytes)))).toEqual(["command", "LIMIT_LINE"]);
  });

  test("may have any number of Telnet commands in it", () => {
    const bytes = wire(`NO${"\xff\xf1".repeat(20_000)}OP\r\n`);
    expect(failureOf(new CommandReceiver().receive(bytes))).toEqual(["command"]);
  });
});

describe("Telnet negotiation", () => {
  test("is answered up to the limit and no further", () => {
    let input = "";
    for (let option = 0; option < 255; option += 1) {
      input += `\xff\xfd${String.fromCharCode(option)}\xff\xfb${String.fromCharCode(option)}`;
    }
    const answers = new CommandReceiver().receive(wire(`${input}\r\n`));
    expect(answers.length).toBe(Math.floor(limits.negotiationBytesMax / 3));
  });

  test("a subnegotiation of the limit is skipped, one past it is LIMIT_LINE", () => {
    const subnegotiation = (bytes: number): Uint8Array => wire(`\xff\xfa${"x".repeat(bytes - 1)}\xff\xf0NOOP\r\n`);
    const receiver = new CommandReceiver();
    for (let time = 0; time < 3; time += 1) {
      expect(failureOf(receiver.receive(subnegotiation(limits.negotiationBytesMax)))).toEqual(["command"]);
    }
    expect(failureOf(new CommandReceiver().receive(subnegotiation(limits.negotiationBytesMax + 1)))).toEqual([
      "LIMIT_LINE",
    ]);
  });
});

describe("a reply", () => {
  const lineMax = limits.replyLineBytesMax;
  const max = limits.replyBytesMax;

  test("whose line has the limit is a reply, one past it is LIMIT_REPLY", () => {
    expect(failureOf(new ReplyReceiver().receive(wire(`${replyLineOf(lineMax)}\r\n`)))).toEqual(["reply"]);
    for (const end of ["\r\n", "\n"]) {
      const bytes = wire(`200 ok\r\n${replyLineOf(lineMax + 1)}${end}200 ok\r\n`);
      expect(failureOf(new ReplyReceiver().receive(bytes))).toEqual(["reply", "LIMIT_REPLY"]);
      expect(failureOf(receiveAll(new ReplyReceiver(), bytewise(bytes)))).toEqual(["reply", "LIMIT_REPLY"]);
    }
  });

  test("whose line never ends is LIMIT_REPLY", () => {
    expect(failureOf(new ReplyReceiver().receive(wire(`200 ${"\r".repeat(lineMax)}`)))).toEqual(["LIMIT_REPLY"]);
    expect(failureOf(new ReplyReceiver().receive(wire(`200 ${"\r ".repeat(lineMax)}`)))).toEqual(["LIMIT_REPLY"]);
  });

  test("of many lines with the limit is a reply, one past it is LIMIT_REPLY", () => {
    expect(failureOf(new ReplyReceiver().receive(wire(replyOf(max))))).toEqual(["reply"]);
    expect(failureOf(new ReplyReceiver().receive(wire(replyOf(max + 1))))).toEqual(["LIMIT_REPLY"]);
  });

  test("of empty lines without end is LIMIT_REPLY", () => {
    expect(failureOf(new ReplyReceiver().receive(wire(`211-a\r\n${"\n".repeat(max / 2)}`)))).toEqual(["LIMIT_REPLY"]);
  });

  // A receiver that searches again what it has searched would need hours for this.
  test("of the limit may come byte by byte", () => {
    expect(failureOf(receiveAll(new ReplyReceiver(), bytewise(wire(replyOf(max)))))).toEqual(["reply"]);
  });
});

describe("lines that are no replies", () => {
  const skipped = (count: number): string => "hello\r\n".repeat(count);

  test("are skipped up to the limit, and counted from the last reply on", () => {
    const max = limits.skippedLinesMax;
    const receiver = new ReplyReceiver();
    for (let time = 0; time < 3; time += 1) {
      expect(failureOf(receiver.receive(wire(`${skipped(max)}200 ok\r\n`)))).toEqual([
        ...new Array(max).fill("skipped"),
        "reply",
      ]);
    }
    expect(failureOf(receiver.receive(wire(skipped(max + 1)))).at(-1)).toBe("FTP_PROTOCOL_REMOTE");
    expect(receiver.receive(wire("200 ok\r\n"))).toEqual([]);
  });
});
