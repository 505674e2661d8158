import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { limits } from "../../../../src/protocol/limits.ts";
import { SendSide } from "../../../../src/ssh/embedded/channels/send-side.ts";
import { SendGate } from "../../../../src/ssh/embedded/transport/send-gate.ts";

/** A sending side over a stream that takes what it is given only when it is read. */
function bench(window = 1e9) {
  const carrier = new PassThrough({ highWaterMark: 1000 });
  let isExchangingKeys = false;
  const gate = new SendGate(carrier, () => isExchangingKeys);
  let sent = 0;
  const side = new SendSide({
    window,
    packetMax: 32_768,
    send: (data) => {
      sent += data.length;
      carrier.write(data);
    },
    isCongested: () => gate.isCongested(),
    whenClear: (callback) => gate.whenClear(callback),
  });
  const exchangeKeys = (now: boolean): void => {
    isExchangingKeys = now;
    if (!now) gate.open();
  };
  return { side, carrier, exchangeKeys, sent: () => sent };
}

test("a server with an endless window does not make us buffer without end", async () => {
  const { side, carrier, sent } = bench();
  const total = 20_000_000;
  const written = new Promise<unknown>((resolve) => side.write([Buffer.alloc(total)], resolve));
  expect(sent()).toBeLessThanOrEqual(limits.sshSendQueueBytes + 2 * 32_768);
  carrier.resume();
  expect(await written).toBeUndefined();
  expect(sent()).toBe(total);
});

test("nothing is sent while keys are exchanged, and everything afterwards", () => {
  const { side, carrier, exchangeKeys, sent } = bench();
  carrier.resume();
  exchangeKeys(true);
  side.write([Buffer.from("later")], () => {});
  expect(sent()).toBe(0);
  exchangeKeys(false);
  expect(sent()).toBe(5);
});

test("no more is sent than the window, until it is widened", () => {
  const { side, carrier, sent } = bench(3);
  carrier.resume();
  const order: string[] = [];
  side.write([Buffer.from("ab"), Buffer.from("cdef")], () => order.push("written"));
  expect([sent(), ...order]).toEqual([3]);
  side.widen(2);
  expect([sent(), ...order]).toEqual([5]);
  side.widen(100);
  expect([sent(), ...order]).toEqual([6, "written"]);
});

test("after stop nothing is sent, and the write that waits can be failed", () => {
  const { side, sent } = bench(0);
  const results: unknown[] = [];
  side.write([Buffer.from("x")], (error) => results.push(error));
  side.stop();
  side.widen(10);
  expect([sent(), side.isBusy]).toEqual([0, true]);
  const error = new Error("gone");
  side.fail(error);
  expect(results).toEqual([error]);
});
