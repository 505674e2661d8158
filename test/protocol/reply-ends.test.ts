// Multi-line replies that another code ends (glftpd: `553-`, then `150 `).

import { describe, expect, test } from "vitest";
import { ReplyReceiver } from "../../src/protocol/reply-receiver.ts";
import { fc } from "../support/fast-check.ts";
import { bytewise, receiveAll, soup, wire } from "./bytes.ts";
import { describeReplyEvent } from "./describe-event.ts";

function received(text: string): ReplyReceiver {
  const receiver = new ReplyReceiver();
  expect(receiver.receive(wire(text))).toEqual([]);
  return receiver;
}

const settled = (text: string): string[] => received(text).settle().flatMap(describeReplyEvent);

describe("a multi-line reply that another code ends", () => {
  test("is over when it is settled, and is told as it should have been sent", () => {
    expect(settled("553-x\r\n553- y\r\n150 Opening\r\n")).toEqual([
      "reply 150",
      "| 150-x",
      "| 150- y",
      "| 150 Opening",
    ]);
    expect(settled("230-hello\r\n200 ok\r\n")).toEqual(["reply 200", "| 200-hello", "| 200 ok"]);
    expect(settled("230-hello\r\n text\r\n200\r\n")).toEqual(["reply 200", "| 200-hello", "|  text", "| 200"]);
  });

  test("is parted from the replies behind it", () => {
    expect(settled("553-x\r\n150 Opening\r\n226-a\r\n226 done\r\n211-b\r\n200 ok\r\n")).toEqual([
      "reply 150",
      "| 150-x",
      "| 150 Opening",
      "reply 226",
      "| 226-a",
      "| 226 done",
      "reply 200",
      "| 200-b",
      "| 200 ok",
    ]);
  });

  test("goes on after it was settled", () => {
    const receiver = received("230-hello\r\n200 ok\r\n");
    receiver.settle();
    expect(receiver.receive(wire("213 5\r\n")).flatMap(describeReplyEvent)).toEqual(["reply 213", "| 213 5"]);
  });

  test.each([
    "230-hello\r\n",
    "230-hello\r\n200-no end\r\n",
    "230-hello\r\n200 ok\r\nmore\r\n",
    "230-hello\r\n200 ok\r\n2",
  ])("is not over: %j", (text) => {
    const receiver = received(text);
    expect(receiver.isDoubtful).toBe(false);
    expect(receiver.settle()).toEqual([]);
  });

  test("is the strict reply that it is when the strict end comes", () => {
    const receiver = received("230-Welcome\r\n226 this is text\r\n");
    expect(receiver.isDoubtful).toBe(true);
    expect(receiver.receive(wire("230 ok\r\n")).flatMap(describeReplyEvent)).toEqual([
      "reply 230",
      "| 230-Welcome",
      "| 226 this is text",
      "| 230 ok",
    ]);
    expect(receiver.isDoubtful).toBe(false);
  });

  // A receiver that looks through it again and again would need hours for this.
  test("of the largest size is settled in one pass", () => {
    const receiver = received(`220-\r\n${"553-a\r\n150 b\r\n".repeat(70_000)}`);
    expect(receiver.settle().length).toBe(70_000);
  });
});

test("bytes settled once or piece by piece never throw, and nothing follows a failure", () => {
  const input = soup(["\r\n", "220", "-", " ", "226 ok\r\n", "211-a\r\n", "211 z\r\n", "text\r\n", "SSH-2.0-x\r\n"]);
  fc.assert(
    fc.property(input, (bytes) => {
      const receiver = new ReplyReceiver();
      const events = [...receiveAll(receiver, bytewise(bytes)), ...receiver.settle()];
      expect(receiver.isDoubtful).toBe(false);
      const end = events.findIndex(({ type }) => type === "failure");
      if (end !== -1) expect(end).toBe(events.length - 1);
    }),
  );
});
