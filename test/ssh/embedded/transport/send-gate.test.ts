import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { limits } from "../../../../src/protocol/limits.ts";
import { SendGate } from "../../../../src/ssh/embedded/transport/send-gate.ts";

function bench() {
  const carrier = new PassThrough({ highWaterMark: 1000 });
  let isExchangingKeys = false;
  const gate = new SendGate(carrier, () => isExchangingKeys);
  const exchangeKeys = (now: boolean): void => {
    isExchangingKeys = now;
    if (!now) gate.open();
  };
  return { gate, carrier, exchangeKeys };
}

test("the gate closes when more waits for the system than the limit, and opens when that has gone", async () => {
  const { gate, carrier } = bench();
  carrier.write(Buffer.alloc(limits.sshSendQueueBytes + 2000));
  expect(gate.isCongested()).toBe(true);
  const clear = new Promise<void>((resolve) => gate.whenClear(resolve));
  carrier.resume();
  await clear;
  expect(gate.isCongested()).toBe(false);
});

test("the gate is closed while keys are exchanged, and those who wait go on in their order", () => {
  const { gate, exchangeKeys } = bench();
  const order: number[] = [];
  exchangeKeys(true);
  expect(gate.isCongested()).toBe(true);
  for (const number of [1, 2]) gate.whenClear(() => order.push(number));
  exchangeKeys(false);
  expect([gate.isCongested(), order]).toEqual([false, [1, 2]]);
});
