import { describe, expect, it } from "vitest";
import { message } from "../../../src/ssh/connection-protocol/message-numbers.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { describeEvents, makeMachine, openMachine, testLimits } from "./machine.ts";
import { adjust, close, concat, confirm, data, eof, packet, reply } from "./model-server.ts";

const onOpenChannel: readonly [string, (channel: number) => Uint8Array, RegExp][] = [
  ["a message for a channel that is not open", () => eof(99), /channel 99, which is not open/],
  ["a second confirmation", (channel) => confirm(channel, 71), /answered twice for channel/],
  ["data after the end-of-file", (channel) => concat(eof(channel), data(channel, "x")), /after its end-of-file/],
  ["a second end-of-file", (channel) => concat(eof(channel), eof(channel)), /a second end-of-file/],
  ["anything after the CLOSE", (channel) => concat(close(channel), adjust(channel, 1)), /which is not open/],
  ["an answer to no request", (channel) => reply(channel, true), /a request that was not made/],
  [
    "more in one packet than we take",
    (channel) => data(channel, new Uint8Array(testLimits.dataMax + 1)),
    /more in one packet than it may/,
  ],
  ["a disconnect", () => packet(message.disconnect).uint32(11).packet(), /message 1, which does not belong here/],
  ["a key exchange", () => packet(20).packet(), /message 20, which does not belong here/],
  ["a packet with padding", () => new WireWriter().byte(4).byte(2).packet(), /4 bytes of padding/],
  ["an empty packet", () => new WireWriter().packet(), /ends in the middle of a field/],
];

describe("a server that breaks RFC 4254", () => {
  it.each(onOpenChannel)("with %s fails the connection", (_what, bytes, words) => {
    const { machine, channel } = openMachine();
    const last = describeEvents(machine.receive(bytes(channel))).at(-1);
    expect(last).toMatch(/^failed SSH_PROTOCOL: /);
    expect(last).toMatch(words);
  });

  it("by using a channel that it has not confirmed fails the connection", () => {
    const machine = makeMachine();
    const { channel } = machine.open("session");
    expect(describeEvents(machine.receive(data(channel, "x")))).toEqual([
      `failed SSH_PROTOCOL: the SSH server used channel ${channel} before it was open`,
    ]);
  });

  it.each([message.ignore, message.unimplemented, message.debug, message.requestSuccess, message.requestFailure])(
    "is not one that sends message %i, which has no effect",
    (number) => {
      const { machine } = openMachine();
      expect(machine.receive(packet(number).string("anything").packet())).toEqual([]);
    },
  );
});
