import { describe, expect, it } from "vitest";
import { openRefusal } from "../../../../src/ssh/connection-protocol/messages.ts";
import { makeMachine, openMachine, testLimits } from "./machine.ts";
import { close, confirm, data, eof, refuse } from "./messages.ts";

const wish = (kind: string, packetMax = 100) =>
  ({ type: "open", kind, sender: 9, window: 500, packetMax, ends: undefined }) as const;

describe("opening a channel", () => {
  it("tells the peer our window and packet size", () => {
    const { machine, sends } = makeMachine();
    expect(sends(() => machine.open("session"))).toEqual(["open session 0 window=800 packet=200"]);
  });

  it("is over when the peer confirms", () => {
    const { machine, receive } = makeMachine();
    const channel = machine.open("session");
    expect(machine.sendable(channel)).toBe(0);
    expect(receive(confirm(channel, 70))).toEqual([`opened ${channel}`]);
    expect(machine.sendable(channel)).toBe(1000);
  });

  it("keeps the reason and the words of a refusal, and forgets the channel", () => {
    const { machine, receive } = makeMachine();
    const channel = machine.open("session");
    expect(receive(refuse(channel, 2, "Connection refused"))).toEqual([`refused ${channel} 2 Connection refused`]);
    expect(machine.channelCount).toBe(0);
  });

  it("that is answered with a CLOSE is refused: servers do it", () => {
    const { machine, receive } = makeMachine();
    const channel = machine.open("session");
    expect(receive(close(channel))).toEqual([
      `refused ${channel} ${openRefusal.connectFailed} the SSH server closed the channel`,
    ]);
    expect(machine.channelCount).toBe(0);
  });

  it("that nobody waits for any more ends in a CLOSE as soon as the channel is open", () => {
    const { machine, receive, sends } = makeMachine();
    const channel = machine.open("session");
    expect(sends(() => machine.close(channel))).toEqual([]);
    expect(receive(confirm(channel, 70))).toEqual(["send close 70"]);
    expect(receive(data(channel, "late"), eof(channel))).toEqual([]);
    expect(receive(close(channel))).toEqual([`closed ${channel} input=closed output=broken by us`]);
  });

  it("is refused by us where there are too many, and possible again when one is gone", () => {
    const { machine, receive } = makeMachine();
    const channels = Array.from({ length: testLimits.channelsMax }, () => machine.open("session"));
    expect(() => machine.open("session")).toThrow(expect.objectContaining({ code: "SSH_CHANNEL_REFUSED" }));
    receive(refuse(channels[0] ?? 0, 1, ""));
    machine.open("session");
    expect(() => machine.open("session")).toThrow(expect.objectContaining({ code: "SSH_CHANNEL_REFUSED" }));
  });

  it("does not use a number again soon", () => {
    const { machine, receive } = makeMachine();
    const first = machine.open("session");
    receive(refuse(first, 1, ""));
    expect(machine.open("session")).not.toBe(first);
  });
});

describe("a channel that the peer opens", () => {
  it("is reported, and open once it is accepted", () => {
    const { machine, receive, sends } = makeMachine();
    expect(receive(wish("forwarded-tcpip"))).toEqual(["open forwarded-tcpip 9"]);
    let channel = -1;
    expect(
      sends(() => {
        channel = machine.accept(wish("forwarded-tcpip"));
      }),
    ).toEqual(["open-confirmation 9 window=800 packet=200"]);
    expect(machine.sendable(channel)).toBe(500);
    expect(receive(data(channel, "hello"))).toEqual([`data ${channel}: hello`]);
    expect(sends(() => machine.data(channel, Buffer.from("hi")))).toEqual(["data 9 hi"]);
  });

  it("can be refused, and leaves nothing behind", () => {
    const { machine, sends } = openMachine();
    const before = machine.channelCount;
    expect(sends(() => machine.refuse(wish("x11"), openRefusal.unknownType, ""))).toEqual(["open-failure 9 reason=3"]);
    expect(machine.channelCount).toBe(before);
  });

  it("whose packets would be of a few bytes is refused", () => {
    const { receive } = makeMachine();
    expect(receive(wish("session", 63))).toEqual(["send open-failure 9 reason=4"]);
    expect(receive(wish("session", 64))).toEqual(["open session 9"]);
  });
});
