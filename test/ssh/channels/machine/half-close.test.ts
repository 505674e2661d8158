import { describe, expect, it } from "vitest";
import { advance, type DirectionState, directionTable } from "../../../../src/ssh/channels/machine/half-close.ts";
import { openMachine } from "./machine.ts";
import { close, data, eof } from "./messages.ts";

const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

describe("half-close", () => {
  it("reaches closed only through an end-of-file", () => {
    const into = Object.entries(directionTable).filter(([, steps]) => Object.values(steps).includes("closed"));
    expect(into.map(([from]) => from)).toEqual(["ended"]);
  });

  it.each(["closed", "broken"] satisfies DirectionState[])("leaves %s by no step", (state) => {
    expect([advance(state, "eof"), advance(state, "close")]).toEqual([undefined, undefined]);
  });

  it("by the peer first leaves our direction open, and its tail arrives", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(receive(data(channel, "RETR"), eof(channel))).toEqual([`data ${channel}: RETR`, `eof ${channel}`]);
    expect(sends(() => machine.data(channel, text("tail")))).toEqual(["data 70 tail"]);
    expect(sends(() => machine.eof(channel))).toEqual(["eof 70", "close 70"]);
    expect(receive(close(channel))).toEqual([`closed ${channel} input=closed output=closed by us`]);
  });

  it("by us first leaves the peer's direction open, and its tail arrives", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(sends(() => machine.eof(channel))).toEqual(["eof 70"]);
    expect(receive(data(channel, "tail"), eof(channel), close(channel))).toEqual([
      `data ${channel}: tail`,
      "send close 70",
      `eof ${channel}`,
      `closed ${channel} input=closed output=closed by us`,
    ]);
    expect(machine.channelCount).toBe(0);
  });

  it("tells a CLOSE without end-of-file apart, and answers it", () => {
    const { channel, receive } = openMachine();
    expect(receive(data(channel, "half"), close(channel))).toEqual([
      `data ${channel}: half`,
      "send close 70",
      `closed ${channel} input=broken output=broken`,
    ]);
  });

  it("tells a CLOSE apart that comes while we are still sending", () => {
    const { channel, receive } = openMachine();
    expect(receive(eof(channel), close(channel)).at(-1)).toBe(`closed ${channel} input=closed output=broken`);
  });

  it("of our own CLOSE drops what still comes, and is over with the peer's", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(sends(() => machine.close(channel))).toEqual(["close 70"]);
    expect(sends(() => machine.close(channel))).toEqual([]);
    expect(receive(data(channel, "late"), eof(channel))).toEqual([]);
    expect(machine.channelCount).toBe(1);
    receive(close(channel));
    expect(machine.channelCount).toBe(0);
  });

  it("allows us neither data nor a second end-of-file after our end-of-file", () => {
    const { machine, channel } = openMachine();
    machine.eof(channel);
    const isOurFault = expect.objectContaining({ code: "INTERNAL" });
    expect(() => machine.data(channel, text("x"))).toThrow(isOurFault);
    expect(() => machine.eof(channel)).toThrow(isOurFault);
  });
});
