import { describe, expect, it } from "vitest";
import { directTcpip } from "../../../src/ssh/connection-protocol/channel-messages.ts";
import { message } from "../../../src/ssh/connection-protocol/message-numbers.ts";
import { WireReader } from "../../../src/ssh/connection-protocol/wire-reader.ts";
import { describeEvents, makeMachine, openMachine, testLimits } from "./machine.ts";
import { close, confirm, data, describeOutput, eof, packet, refuse } from "./model-server.ts";

describe("opening a channel", () => {
  it("tells the server our window and packet size", () => {
    const { channel, bytes } = makeMachine().open("session");
    expect(describeOutput([bytes])).toEqual([`channelOpen session ${channel} window=800 packet=200`]);
  });

  it("names host and port of a direct-tcpip channel as RFC 4254 section 7.2 wants it", () => {
    const reader = new WireReader(directTcpip("ftp-hôst", 21));
    expect(Buffer.from(reader.string()).toString("utf8")).toBe("ftp-hôst");
    expect(reader.uint32()).toBe(21);
    expect([reader.text(), reader.uint32(), reader.isAtEnd]).toEqual(["127.0.0.1", 0, true]);
  });

  it("is over when the server confirms", () => {
    const machine = makeMachine();
    const { channel } = machine.open("session");
    expect(machine.sendable(channel)).toBe(0);
    expect(describeEvents(machine.receive(confirm(channel, 70)))).toEqual([`opened ${channel}`]);
    expect(machine.sendable(channel)).toBe(1000);
  });

  it("keeps the reason and the words of a refusal, and forgets the channel", () => {
    const machine = makeMachine();
    const { channel } = machine.open("session");
    const events = machine.receive(refuse(channel, 2, "Connection refused"));
    expect(describeEvents(events)).toEqual([`refused ${channel} 2 Connection refused`]);
    expect(machine.channelCount).toBe(0);
  });

  it("that nobody waits for any more ends in a CLOSE as soon as the channel is open", () => {
    const machine = makeMachine();
    const { channel } = machine.open("session");
    expect(machine.close(channel)).toEqual([]);
    expect(describeEvents(machine.receive(confirm(channel, 70)))).toEqual(["write channelClose 70"]);
    expect(machine.receive(data(channel, "late"))).toEqual([]);
    expect(machine.receive(eof(channel))).toEqual([]);
    expect(describeEvents(machine.receive(close(channel)))).toEqual([
      `closed ${channel} input=closed output=broken by us`,
    ]);
    expect(machine.channelCount).toBe(0);
  });

  it("works up to the limit of channels and fails at one more", () => {
    const machine = makeMachine();
    for (let count = 0; count < testLimits.channelsMax; count += 1) machine.open("session");
    expect(() => machine.open("session")).toThrow(expect.objectContaining({ code: "SSH_CHANNEL_REFUSED" }));
  });

  it("does not use a number again soon", () => {
    const machine = makeMachine();
    const first = machine.open("session").channel;
    machine.receive(refuse(first, 1, ""));
    expect(machine.open("session").channel).not.toBe(first);
  });

  it("by the server is refused", () => {
    const { machine } = openMachine();
    const open = packet(message.channelOpen).string("forwarded-tcpip").uint32(9).uint32(1).uint32(1).packet();
    expect(describeEvents(machine.receive(open))).toEqual(["write channelOpenFailure 9 reason=1"]);
  });

  it.each([true, false])("leaves a global request (want reply: %s) without effect", (wantReply) => {
    const { machine } = openMachine();
    const asked = packet(message.globalRequest).string("hostkeys-00@openssh.com").boolean(wantReply).packet();
    expect(describeEvents(machine.receive(asked))).toEqual(wantReply ? ["write requestFailure"] : []);
  });
});
