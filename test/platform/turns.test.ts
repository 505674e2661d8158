import { expect, test } from "vitest";
import { Turns } from "../../src/platform/turns.ts";
import { limits } from "../../src/protocol/limits.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("so many pieces begin in one turn, and the others in the next ones, in order", async () => {
  const turns = new Turns(3);
  const begun: number[] = [];
  const piece = async (number: number): Promise<void> => {
    await turns.begin();
    begun.push(number);
  };
  const pieces = Array.from({ length: 8 }, (_, number) => piece(number));
  await Promise.resolve();
  const seen = [begun.length];
  for (let turn = 0; turn < 2; turn += 1) {
    await nextTurn();
    seen.push(begun.length);
  }
  expect(seen).toEqual([3, 6, 8]);
  await Promise.all(pieces);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("piecesPerTurn: one that comes alone never waits for long", async () => {
  const turns = new Turns();
  for (let count = 0; count < 3 * limits.piecesPerTurn; count += 1) {
    await turns.begin();
    await nextTurn();
    expect(turns.begin()).toBeUndefined();
    await nextTurn();
  }
});
