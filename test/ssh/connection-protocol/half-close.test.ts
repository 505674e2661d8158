import { describe, expect, it } from "vitest";
import { advance, type DirectionState, directionTable } from "../../../src/ssh/connection-protocol/half-close.ts";
import { describeEvents, openMachine } from "./machine.ts";
import { close, concat, data, describeOutput, eof } from "./model-server.ts";

const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

describe("half-close", () => {
  it("reaches closed only through an end-of-file", () => {
    const into = Object.entries(directionTable).filter(([, steps]) => Object.values(steps).includes("closed"));
    expect(into.map(([from]) => from)).toEqual(["ended"]);
  });

  it.each(["closed", "broken"] satisfies DirectionState[])("leaves %s by no step", (state) => {
    expect([advance(state, "eof"), advance(state, "close")]).toEqual([undefined, undefined]);
  });

  it("by the server first leaves our direction open, and its tail arrives", () => {
    const { machine, channel } = openMachine();
    expect(describeEvents(machine.receive(concat(data(channel, "RETR"), eof(channel))))).toEqual([
      `data ${channel}: RETR`,
      `eof ${channel}`,
    ]);
    expect(describeOutput(machine.data(channel, text("tail")))).toEqual(["channelData 70 tail"]);
    expect(describeOutput(machine.eof(channel))).toEqual(["channelEof 70", "channelClose 70"]);
    expect(describeEvents(machine.receive(close(channel)))).toEqual([
      `closed ${channel} input=closed output=closed by us`,
    ]);
  });

  it("by us first leaves the server's direction open, and its tail arrives", () => {
    const { machine, channel } = openMachine();
    expect(describeOutput(machine.eof(channel))).toEqual(["channelEof 70"]);
    const events = machine.receive(concat(data(channel, "tail"), eof(channel), close(channel)));
    expect(describeEvents(events)).toEqual([
      `data ${channel}: tail`,
      `eof ${channel}`,
      "write channelClose 70",
      `closed ${channel} input=closed output=closed by us`,
    ]);
    expect(machine.channelCount).toBe(0);
  });

  it("tells a CLOSE without end-of-file apart, and answers it", () => {
    const { machine, channel } = openMachine();
    expect(describeEvents(machine.receive(concat(data(channel, "half"), close(channel))))).toEqual([
      `data ${channel}: half`,
      "write channelClose 70",
      `closed ${channel} input=broken output=broken`,
    ]);
  });

  it("tells a CLOSE apart that comes while we are still sending", () => {
    const { machine, channel } = openMachine();
    expect(describeEvents(machine.receive(concat(eof(channel), close(channel)))).at(-1)).toBe(
      `closed ${channel} input=closed output=broken`,
    );
  });

  it("of our own CLOSE drops what still comes, and is over with the server's", () => {
    const { machine, channel } = openMachine();
    expect(describeOutput(machine.close(channel))).toEqual(["channelClose 70"]);
    expect(machine.close(channel)).toEqual([]);
    expect(machine.receive(concat(data(channel, "late"), eof(channel)))).toEqual([]);
    expect(machine.channelCount).toBe(1);
    machine.receive(close(channel));
    expect(machine.channelCount).toBe(0);
  });

  it.each([
    ["data", (machine: ReturnType<typeof openMachine>["machine"], channel: number) => machine.data(channel, text("x"))],
    ["a second end-of-file", (machine, channel) => machine.eof(channel)],
  ] satisfies [string, (machine: ReturnType<typeof openMachine>["machine"], channel: number) => unknown][])(
    "allows us no %s after our end-of-file",
    (_what, act) => {
      const { machine, channel } = openMachine();
      machine.eof(channel);
      expect(() => act(machine, channel)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    },
  );
});
