// What nobody waits for yet is done behind the answers of a turn.
import { setImmediate as nextTurn } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { LaterWork } from "../../src/platform/later-work.ts";

let done: string[];
let later: LaterWork;

beforeEach(() => {
  done = [];
  later = new LaterWork(() => {
    done.push("due");
    later.catchUp();
  });
});

const add = (name: string): void => later.add(() => void done.push(name));

test("work is done in order, behind what the turn itself still does", async () => {
  add("first");
  add("second");
  process.nextTick(() => done.push("tick"));
  await Promise.resolve();
  expect(done).not.toContain("first");
  await nextTurn();
  expect(done).toEqual(["tick", "due", "first", "second"]);
});

test("what builds on it has it done at once, and not again", async () => {
  add("first");
  later.catchUp();
  expect(done).toEqual(["first"]);
  await nextTurn();
  expect(done).toEqual(["first"]);
});

test("work that is added behind that is due as well", async () => {
  add("first");
  later.catchUp();
  add("second");
  await nextTurn();
  await nextTurn();
  expect(done.at(-1)).toBe("second");
});

test("what is forgotten is not done", async () => {
  add("first");
  later.forget();
  await nextTurn();
  expect(done).toEqual([]);
});
