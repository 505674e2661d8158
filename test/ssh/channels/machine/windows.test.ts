import { describe, expect, it } from "vitest";
import { limits } from "../../../../src/protocol/limits.ts";
import { WindowBudget } from "../../../../src/ssh/channels/machine/window-budget.ts";
import { openSshWindows } from "../../../../src/ssh/openssh/window-policy.ts";
import { makeMachine, openMachine, passing } from "./machine.ts";
import { adjust, confirm, data } from "./messages.ts";

const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(97);
const budgetLimits = { first: 800, least: 100, total: 2000, cheap: 2000, readForEach: 1, piece: 1 };

describe("our window", () => {
  it("is topped up once an eighth of it has been read, not before", () => {
    const { machine, channel, receive, sends } = openMachine();
    receive(data(channel, bytes(200)));
    expect(sends(() => machine.consume(channel, 99))).toEqual([]);
    expect(sends(() => machine.consume(channel, 1))).toEqual(["window-adjust 70 100"]);
    expect(machine.unreadBytes).toBe(100);
  });

  it("stays closed while nobody reads", () => {
    const { machine, channel, receive } = openMachine();
    for (let sent = 0; sent < 800; sent += 200) receive(data(channel, bytes(200)));
    expect(machine.unreadBytes).toBe(800);
    expect(receive(data(channel, bytes(1))).at(-1)).toBe(
      `fault ${channel} SSH_PROTOCOL: the SSH server sent more than the channel's window`,
    );
  });

  it("grows for a stream whose reader keeps up, as far as the round trip asks for it", () => {
    const { machine, channel, receive, sends, windows } = openMachine();
    windows.most = 1600;
    const granted: string[] = [];
    for (let turn = 0; turn < 11; turn += 1) {
      receive(data(channel, bytes(200)));
      granted.push(...sends(() => machine.consume(channel, 200)));
    }
    expect(granted).toEqual([...new Array<number>(9).fill(200), 1000, 200].map((count) => `window-adjust 70 ${count}`));
  });

  it("does not grow for a dialogue, however much is read in all", () => {
    const { machine, channel, receive, sends, windows } = openMachine(1_000_000);
    windows.most = 1600;
    for (let turn = 0; turn < 20; turn += 1) {
      receive(data(channel, bytes(200)));
      expect(sends(() => machine.consume(channel, 200))).toEqual(["window-adjust 70 200"]);
      machine.data(channel, bytes(1));
    }
  });

  it("grows for a stream that is asked for piece by piece", () => {
    const limits = { first: 200_000, least: 100, total: 2_000_000, cheap: 400_000, readForEach: 1, piece: 1 };
    const budget = new WindowBudget(limits, passing(8));
    budget.most = 400_000;
    const window = budget.open();
    let size = window.first;
    for (let turn = 0; turn < 16; turn += 1) {
      window.sent(29); // SSH_FXP_READ
      size = window.grow(size, 32_768);
    }
    expect(size).toBe(400_000);
  });

  /** Each look at the clock is a millisecond. */
  const sizes = (budget: WindowBudget, round: readonly number[]): number[] => {
    const window = budget.open();
    let size = window.first;
    return round.map((count) => {
      size = window.grow(size, count);
      return size;
    });
  };

  it("does not grow for what had piled up, nor for a stream that the line holds back", () => {
    const limits = { ...budgetLimits, total: 10_000, cheap: 10_000 };
    const piledUp = new WindowBudget(limits, passing(2));
    const slow = new WindowBudget(limits, passing(2));
    for (const budget of [piledUp, slow]) budget.most = 10_000;
    expect(sizes(piledUp, [800, 0, 0, 0, 800, 0, 0, 0]).at(-1)).toBe(800);
    expect(sizes(slow, new Array<number>(40).fill(250)).at(-1)).toBe(800);
  });

  it("grows at once to what is cheap, and from there as much is read", () => {
    const budget = new WindowBudget(
      { first: 800, least: 100, total: 100_000, cheap: 1600, readForEach: 10, piece: 1 },
      passing(2),
    );
    budget.most = 10_000;
    expect(sizes(budget, new Array<number>(12).fill(2000))).toEqual([
      800, 800, 800, 1600, 1600, 1600, 1600, 3200, 3200, 3200, 3200, 4000,
    ]);
  });

  it("grows with all others together no further than to what is cheap, and again when others are gone", () => {
    const budget = new WindowBudget(
      { ...budgetLimits, total: 100_000, cheap: 2000, readForEach: 1_000_000 },
      passing(2),
    );
    budget.start = 100;
    const windows = Array.from({ length: 10 }, () => ({ size: 0, window: budget.open() }));
    const readAll = (): number => {
      for (const one of windows) one.size = one.window.grow(one.size || one.window.first, 1000);
      return windows.reduce((sum, { size }) => sum + size, 0);
    };
    expect(readAll()).toBe(2000 + 6 * 100);
    for (const { size, window } of windows.splice(0, 5)) window.release(size);
    expect(readAll()).toBe(2000 + 2 * 100);
  });

  it("is given back in pieces, where it is small", () => {
    const { topUp } = new WindowBudget({ ...budgetLimits, piece: 200 }).open();
    expect([4000, 1600, 800, 400, 100].map(topUp)).toEqual([500, 200, 200, 200, 50]);
  });

  it("is smaller the more channels are open, and full again when they are gone", () => {
    const budget = new WindowBudget(budgetLimits);
    const sizes = Array.from({ length: 6 }, () => budget.reserve());
    expect(sizes).toEqual([800, 640, 533, 100, 100, 100]);
    for (const size of sizes) budget.release(size);
    expect(budget.used).toBe(0);
    expect(budget.reserve()).toBe(800);
  });

  it("begins small on a short line, and grows to half of what was read until it is the first one of a long line", () => {
    const budget = new WindowBudget(budgetLimits);
    budget.start = 200;
    const window = budget.open();
    const sizes = [window.first];
    for (let turn = 0; turn < 20; turn += 1) sizes.push(window.grow(sizes.at(-1) ?? 0, 100));
    expect(sizes).toEqual([
      200, 200, 200, 200, 200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800, 800, 800, 800, 800,
    ]);
    expect(budget.used).toBe(800);
  });

  it("begins with no more than the first one, however long the line", () => {
    const budget = new WindowBudget(budgetLimits);
    budget.start = 100_000;
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
    const budget = new WindowBudget(openSshWindows);
    for (let count = 0; count < 500; count += 1) budget.reserve();
    expect(budget.used).toBeLessThan(64 * 1_048_576);
  });

  it("fits with all others into ssh's buffer, even where some have grown as far as they may and then as many as may come are opened", () => {
    const budget = new WindowBudget(openSshWindows);
    budget.most = limits.sshChannelWindowBytes;
    for (let count = 0; count < 16; count += 1) budget.grow(budget.reserve());
    for (let count = 16; count < limits.sshChannelsMax; count += 1) budget.reserve();
    expect(budget.used).toBeLessThan(128 * 1_048_576);
  });
});

describe("the peer's window", () => {
  const lengths = (lines: readonly string[]): number[] => lines.map((line) => line.length - "data 70 ".length);

  it("limits what can be sent, in packets of the peer's size", () => {
    const { machine, channel, sends } = openMachine(250, 100);
    expect(machine.sendable(channel)).toBe(250);
    expect(lengths(sends(() => machine.data(channel, bytes(250))))).toEqual([100, 100, 50]);
    expect(machine.sendable(channel)).toBe(0);
    expect(() => machine.data(channel, bytes(1))).toThrow(/more data .* than its window allows/);
  });

  it("never makes a packet larger than our own limit", () => {
    const { machine, channel, sends } = openMachine(1000, 100_000);
    expect(lengths(sends(() => machine.data(channel, bytes(500))))).toEqual([200, 200, 100]);
  });

  it("opens again with an adjustment", () => {
    const { machine, channel, receive } = openMachine(0);
    expect(receive(adjust(channel, 40))).toEqual([`window ${channel}`]);
    expect(machine.sendable(channel)).toBe(40);
  });

  it("is smaller than it was by what the peer may not have passed on, and behind our end too", () => {
    const { machine, channel, receive } = openMachine(250);
    expect(machine.outstanding(channel)).toBe(0);
    machine.data(channel, bytes(200));
    machine.eof(channel);
    receive(adjust(channel, 150));
    expect(machine.outstanding(channel)).toBe(50);
    receive(adjust(channel, 300));
    expect(machine.outstanding(channel)).toBe(0);
  });

  it("may reach 2^32 - 1 and not one more (RFC 4254 section 5.2)", () => {
    const { channel, receive } = openMachine(2 ** 32 - 2);
    expect(receive(adjust(channel, 1))).toEqual([`window ${channel}`]);
    expect(receive(adjust(channel, 1)).at(-1)).toBe(
      `fault ${channel} SSH_PROTOCOL: the SSH server made its window exceed 32 bits`,
    );
  });

  it("with packets of a few bytes is refused", () => {
    const { machine, receive } = makeMachine();
    const channel = machine.open("session");
    expect(receive(confirm(channel, 70, 1000, 63)).at(-1)).toBe(
      `fault ${channel} SSH_PROTOCOL: the SSH server takes packets of 63 bytes only`,
    );
  });
});
