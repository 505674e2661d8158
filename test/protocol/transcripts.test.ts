import { describe, expect, test } from "vitest";
import { CommandReceiver } from "../../src/protocol/command-receiver.ts";
import { ReplyReceiver } from "../../src/protocol/reply-receiver.ts";
import { fc } from "../support/fast-check.ts";
import { bytewise, cutAt, cuts, receiveAll } from "./bytes.ts";
import { describeCommandEvent, describeReplyEvent } from "./describe-event.ts";
import { readTranscripts, type Transcript } from "./transcript-file.ts";

function run(transcript: Transcript, pieces: readonly Uint8Array[]): string[] {
  return transcript.kind === "commands"
    ? receiveAll(new CommandReceiver(), pieces).flatMap(describeCommandEvent)
    : receiveAll(new ReplyReceiver(), pieces).flatMap(describeReplyEvent);
}

describe.each(readTranscripts())("$file: $name", (transcript) => {
  test("gives its events whole", () => {
    expect(run(transcript, [transcript.bytes])).toEqual(transcript.events);
  });

  test("gives its events byte by byte", () => {
    expect(run(transcript, bytewise(transcript.bytes))).toEqual(transcript.events);
  });

  test("gives its events in random pieces", () => {
    fc.assert(
      fc.property(cuts, (places) => {
        expect(run(transcript, cutAt(transcript.bytes, places))).toEqual(transcript.events);
      }),
      { numRuns: 50 },
    );
  });
});
