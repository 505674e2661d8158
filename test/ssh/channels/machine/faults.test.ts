// A peer that does not keep to RFC 4254 harms one channel at most.
import { describe, expect, it } from "vitest";
import type { ChannelMessage } from "../../../../src/ssh/connection-protocol/messages.ts";
import { makeMachine, openMachine, testLimits } from "./machine.ts";
import { adjust, close, confirm, data, eof, extendedData, refuse, reply, request } from "./messages.ts";

const onOpenChannel: readonly [string, (channel: number) => readonly ChannelMessage[], RegExp][] = [
  ["a second confirmation", (channel) => [confirm(channel, 71)], /answered twice for channel/],
  ["a refusal behind its confirmation", (channel) => [refuse(channel, 1, "")], /answered twice for channel/],
  ["data after the end-of-file", (channel) => [eof(channel), data(channel, "x")], /after its end-of-file/],
  ["a second end-of-file", (channel) => [eof(channel), eof(channel)], /a second end-of-file/],
  ["an answer to no request", (channel) => [reply(channel, true)], /a request that was not made/],
  [
    "more in one packet than we take",
    (channel) => [data(channel, new Uint8Array(testLimits.dataMax + 1))],
    /more in one packet than it may/,
  ],
];

describe("a peer that breaks RFC 4254", () => {
  it.each(onOpenChannel)("with %s loses the channel, and no other", (_what, messages, words) => {
    const { machine, channel, receive } = openMachine();
    const other = machine.open("session");
    receive(confirm(other, 90));
    const lines = receive(...messages(channel));
    expect(lines.slice(-2)).toEqual(["send close 70", expect.stringMatching(`^fault ${channel} SSH_PROTOCOL: `)]);
    expect(lines.at(-1)).toMatch(words);
    expect(receive(data(channel, "more"), eof(channel))).toEqual([]);
    expect(receive(close(channel)).at(-1)).toMatch(`closed ${channel}`);
    expect(receive(data(other, "well"))).toEqual([`data ${other}: well`]);
    expect(machine.channelCount).toBe(1);
  });

  it("by using a channel that it has not confirmed loses it, whatever it says then", () => {
    const { machine, receive } = makeMachine();
    const channel = machine.open("session");
    expect(receive(data(channel, "x"))).toEqual([
      `fault ${channel} SSH_PROTOCOL: the SSH server used channel ${channel} before it was open`,
    ]);
    expect(receive(confirm(channel, 70))).toEqual(["send close 70"]);
    expect(receive(close(channel)).at(-1)).toMatch(`closed ${channel}`);
  });

  it("with messages about channels that there are not is passed over", () => {
    const { receive } = openMachine();
    for (const number of [9, 2 ** 32 - 1]) {
      const messages = [
        data(number, "x"),
        extendedData(number, 1, "x"),
        adjust(number, 1),
        eof(number),
        close(number),
        request(number, "exit-status", true, 0),
        reply(number, true),
        reply(number, false),
        refuse(number, 1, ""),
        confirm(number, 0, 0, 0),
      ];
      expect(receive(...messages)).toEqual([]);
    }
  });

  it("with anything behind its CLOSE is passed over", () => {
    const { channel, receive } = openMachine();
    receive(close(channel));
    expect(receive(adjust(channel, 1), data(channel, "x"), close(channel))).toEqual([]);
  });
});
