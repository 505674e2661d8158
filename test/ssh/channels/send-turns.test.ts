import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { adjust } from "./machine/messages.ts";
import { channelsRig } from "./rig.ts";

const mebibyte = 1_048_576;
const packetMax = 32_768;

/** Numbers at the server of the channels whose data were sent, each turn once. */
function turns(lines: readonly string[]): number[] {
  const numbers = lines.map((line) => Number(line.split(" ")[1]));
  return numbers.filter((number, index) => number !== numbers[index - 1]);
}

const sizes = (lines: readonly string[]): number[] => lines.map((line) => line.length - "data 70 ".length);

describe("channels that send at the same time", () => {
  it("take turns, and a small one does not wait for a large one", async () => {
    const rig = channelsRig();
    const channels = [];
    for (let count = 0; count < 3; count += 1) channels.push(await rig.open(8 * mebibyte, packetMax));
    rig.room = limits.sshSendQueueBytes;
    const done: number[] = [];
    for (const [index, bytes] of [mebibyte, mebibyte, 10].entries()) {
      channels[index]?.write(Buffer.alloc(bytes), () => done.push(index));
    }
    expect(turns(rig.sent())).toEqual([70]); // the first filled the carrier before there was a second one
    while (done.length < 3) {
      rig.room = limits.sshSendQueueBytes;
      const order = turns(rig.sent());
      if (done.length === 0) expect(order.slice(0, 4)).toEqual([70, 71, 72, 70]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(done).toEqual([2, 0, 1]);
  });

  it("run no further ahead of the carrier than its limit and one turn", async () => {
    const rig = channelsRig();
    const channel = await rig.open(64 * mebibyte, packetMax);
    rig.room = 100_000;
    channel.write(Buffer.alloc(32 * mebibyte));
    const sent = sizes(rig.sent()).reduce((sum, bytes) => sum + bytes, 0);
    expect(sent).toBeGreaterThanOrEqual(100_000);
    expect(sent).toBeLessThanOrEqual(100_000 + 65_536);
  });

  it("stop at the server's window and continue with its adjustment", async () => {
    const { open, sent, receive } = channelsRig();
    const channel = await open(100_000, packetMax);
    let isDone = false;
    channel.write(Buffer.alloc(150_000), () => {
      isDone = true;
    });
    expect(sizes(sent()).reduce((sum, bytes) => sum + bytes, 0)).toBe(100_000);
    receive(adjust(0, 60_000));
    expect(sizes(sent()).reduce((sum, bytes) => sum + bytes, 0)).toBe(50_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(true);
  });

  it("join what was written in small pieces to packets", async () => {
    const { open, sent } = channelsRig();
    const channel = await open(mebibyte, packetMax);
    channel.cork();
    for (let count = 0; count < 100; count += 1) channel.write(Buffer.alloc(1000));
    channel.uncork();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sizes(sent())).toEqual(
      [packetMax, packetMax, 100_000 - 65_536].flatMap((bytes) =>
        bytes > packetMax ? [packetMax, bytes - packetMax] : [bytes],
      ),
    );
  });

  it("call a write done when the carrier needs its memory no more, and send the end behind it", async () => {
    const rig = channelsRig();
    const channel = await rig.open(mebibyte, packetMax);
    rig.kept = [];
    let isDone = false;
    channel.write(Buffer.alloc(150_000), () => {
      isDone = true;
    });
    channel.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sizes(rig.sent()).reduce((sum, bytes) => sum + bytes, 0)).toBe(150_000);
    expect([isDone, rig.kept.length]).toEqual([false, 1]);
    rig.kept[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect([isDone, rig.sent()]).toEqual([true, ["eof 70"]]);
  });

  it("that are given up send nothing more", async () => {
    const rig = channelsRig();
    const channel = await rig.open(8 * mebibyte, packetMax);
    rig.room = 1;
    channel.write(Buffer.alloc(mebibyte), () => {});
    channel.destroy();
    rig.sent();
    rig.room = 10 * mebibyte;
    expect(rig.sent()).toEqual([]);
  });
});
