import { describe, expect, it } from "vitest";
import { WindowBudget } from "../../../src/ssh/connection-protocol/window-budget.ts";
import { describeEvents, makeMachine, openMachine } from "./machine.ts";
import { adjust, confirm, data, describeOutput } from "./model-server.ts";

const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(97);
const budgetLimits = { first: 800, least: 100, total: 2000 };

describe("our window", () => {
  it("is topped up once an eighth of it has been read, not before", () => {
    const { machine, channel } = openMachine();
    machine.receive(data(channel, bytes(200)));
    expect(machine.consume(channel, 99)).toBeUndefined();
    expect(describeOutput([machine.consume(channel, 1)])).toEqual(["channelWindowAdjust 70 100"]);
    expect(machine.unreadBytes).toBe(100);
  });

  it("stays closed while nobody reads", () => {
    const { machine, channel } = openMachine();
    for (let sent = 0; sent < 800; sent += 200) machine.receive(data(channel, bytes(200)));
    expect(machine.unreadBytes).toBe(800);
    expect(describeEvents(machine.receive(data(channel, bytes(1))))).toEqual([
      "failed SSH_PROTOCOL: the SSH server sent more than the channel's window",
    ]);
  });

  it("grows for a stream whose reader keeps up, as far as the round trip asks for it", () => {
    const { machine, channel } = openMachine();
    machine.windowMost = 1600;
    const granted: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      machine.receive(data(channel, bytes(200)));
      granted.push(...describeOutput([machine.consume(channel, 200)]));
    }
    expect(granted).toEqual([
      "channelWindowAdjust 70 200",
      "channelWindowAdjust 70 1000",
      "channelWindowAdjust 70 200",
      "channelWindowAdjust 70 200",
    ]);
  });

  it("does not grow for a dialogue, however much is read in all", () => {
    const { machine, channel } = openMachine(1_000_000);
    machine.windowMost = 1600;
    for (let turn = 0; turn < 20; turn += 1) {
      machine.receive(data(channel, bytes(200)));
      expect(describeOutput([machine.consume(channel, 200)])).toEqual(["channelWindowAdjust 70 200"]);
      machine.data(channel, bytes(1));
    }
  });

  it("is smaller the more channels are open, and full again when they are gone", () => {
    const budget = new WindowBudget(budgetLimits);
    const sizes = Array.from({ length: 6 }, () => budget.reserve());
    expect(sizes).toEqual([800, 640, 533, 100, 100, 100]);
    for (const size of sizes) budget.release(size);
    expect(budget.used).toBe(0);
    expect(budget.reserve()).toBe(800);
  });

  it("grows no further than the sum of all allows", () => {
    const budget = new WindowBudget(budgetLimits);
    budget.most = 5000;
    const first = budget.reserve();
    expect(budget.grow(first)).toBe(2000);
    expect(budget.grow(2000)).toBe(2000);
    expect(budget.reserve()).toBe(100);
    expect(budget.grow(100)).toBe(100);
  });

  it("costs 500 idle channels no more than 64 MiB together with the real limits", () => {
    const budget = new WindowBudget({ first: 2_097_152, least: 32_768, total: 100_663_296 });
    for (let count = 0; count < 500; count += 1) budget.reserve();
    expect(budget.used).toBeLessThan(64 * 1_048_576);
  });
});

describe("the server's window", () => {
  it("limits what can be sent, in packets of the server's size", () => {
    const { machine, channel } = openMachine(250, 100);
    expect(machine.sendable(channel)).toBe(250);
    const sent = describeOutput(machine.data(channel, bytes(250)));
    expect(sent.map((line) => line.length - "channelData 70 ".length)).toEqual([100, 100, 50]);
    expect(machine.sendable(channel)).toBe(0);
    expect(() => machine.data(channel, bytes(1))).toThrow(/more data .* than its window allows/);
  });

  it("never makes a packet larger than our own limit", () => {
    const { machine, channel } = openMachine(1000, 100_000);
    const sent = describeOutput(machine.data(channel, bytes(400)));
    expect(sent.map((line) => line.length - "channelData 70 ".length)).toEqual([150, 150, 100]);
  });

  it("opens again with an adjustment", () => {
    const { machine, channel } = openMachine(0);
    expect(describeEvents(machine.receive(adjust(channel, 40)))).toEqual([`window ${channel}`]);
    expect(machine.sendable(channel)).toBe(40);
  });

  it("may reach 2^32 - 1 and not one more (RFC 4254 section 5.2)", () => {
    const { machine, channel } = openMachine(2 ** 32 - 2);
    expect(describeEvents(machine.receive(adjust(channel, 1)))).toEqual([`window ${channel}`]);
    expect(describeEvents(machine.receive(adjust(channel, 1)))).toEqual([
      "failed SSH_PROTOCOL: the SSH server's window exceeds 32 bits",
    ]);
  });

  it("with packets of a few bytes is refused", () => {
    const machine = makeMachine();
    const { channel } = machine.open("session");
    expect(describeEvents(machine.receive(confirm(channel, 70, 1000, 63)))).toEqual([
      "failed SSH_PROTOCOL: the SSH server takes packets of 63 bytes only",
    ]);
  });
});
