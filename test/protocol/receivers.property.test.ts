import { describe, expect, test } from "vitest";
import { argumentText, formatCommand } from "../../src/protocol/command.ts";
import { type CommandEvent, CommandReceiver } from "../../src/protocol/command-receiver.ts";
import { formatReply } from "../../src/protocol/reply.ts";
import { type ReplyEvent, ReplyReceiver } from "../../src/protocol/reply-receiver.ts";
import { fc } from "../support/fast-check.ts";
import { bytewise, cutAt, cuts, receiveAll, soup, wire } from "./bytes.ts";
import { describeCommandEvent, describeReplyEvent } from "./describe-event.ts";

const telnet = ["\xff\xff", "\xff", "\xff\xf4", "\xff\xf2", "\xff\xfd\x01", "\xff\xfb\x01", "\xff\xfa", "\xff\xf0"];
const commandBytes = soup(["\r\n", "\n", "\r", "\0", " ", "NOOP", "PASS x\r\n", "RETR a\r\n", "GET /\r\n", ...telnet]);
const replyBytes = soup([
  "\r\n",
  "\n",
  "\r",
  "\0",
  "220",
  " ",
  "-",
  "226 ok\r\n",
  "211-a\r\n",
  "211 z\r\n",
  "SSH-2.0-x\r\n",
]);

const cases = [
  {
    name: "CommandReceiver",
    input: commandBytes,
    make: () => new CommandReceiver(),
    describe: (events: unknown[]) => (events as CommandEvent[]).flatMap(describeCommandEvent),
    last: /^(failure|foreign)/,
  },
  {
    name: "ReplyReceiver",
    input: replyBytes,
    make: () => new ReplyReceiver(),
    describe: (events: unknown[]) => (events as ReplyEvent[]).flatMap(describeReplyEvent),
    last: /^failure/,
  },
];

describe.each(cases)("$name", ({ input, make, describe: lines, last }) => {
  test("gives the same events whole, byte by byte and in random pieces", () => {
    fc.assert(
      fc.property(input, cuts, (bytes, places) => {
        const whole = lines(receiveAll<unknown>(make(), [bytes]));
        expect(lines(receiveAll<unknown>(make(), bytewise(bytes)))).toEqual(whole);
        expect(lines(receiveAll<unknown>(make(), cutAt(bytes, places)))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test("gives a failure for garbage, never an exception, and nothing after it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), input, (garbage, rest) => {
        const receiver = make();
        const events = lines([...receiver.receive(garbage), ...receiver.receive(rest)]);
        const end = events.findIndex((line) => last.test(line));
        if (end === -1) return;
        expect(end).toBe(events.length - 1);
        expect(receiver.receive(wire("200 NOOP\r\nNOOP\r\n"))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** A receiver that takes no line for another protocol any more. */
function afterFirstLine(): CommandReceiver {
  const receiver = new CommandReceiver();
  receiver.receive(wire("NOOP\r\n"));
  return receiver;
}

describe("what was read", () => {
  test("a command that is written is read as itself", () => {
    fc.assert(
      fc.property(commandBytes, (bytes) => {
        for (const event of afterFirstLine().receive(bytes)) {
          if (event.type !== "command") continue;
          const { verb, argument, iac } = event.command;
          const [again, ...more] = afterFirstLine().receive(formatCommand(verb, argument, iac));
          expect(more).toEqual([]);
          expect(again?.type === "command" && again.command).toEqual(event.command);
          expect(again?.type === "command" && argumentText(again.command)).toBe(argumentText(event.command));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("a reply that is written is read as itself", () => {
    fc.assert(
      fc.property(replyBytes, (bytes) => {
        for (const event of new ReplyReceiver().receive(bytes)) {
          if (event.type === "reply") expect(new ReplyReceiver().receive(formatReply(event.reply))).toEqual([event]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
