// What is there at once is used at once; what is promised, when it comes.
import { expect, it } from "vitest";
import { afterwards, type Soon, whenDone } from "../../src/platform/soon.ts";

const twice = (value: number): number => 2 * value;
const failed = (error: unknown): number => -(error as Error).message.length;
const fail = (): Soon<number> => {
  throw new Error("no");
};

it("what is there at once gives no promise", () => {
  expect(afterwards(2, twice)).toBe(4);
  expect(whenDone(() => 2, twice, failed)).toBe(4);
});

it("what is promised gives a promise", async () => {
  const promised = afterwards(Promise.resolve(2), twice);
  expect(promised).toBeInstanceOf(Promise);
  expect(await promised).toBe(4);
  expect(await whenDone(async () => 2, twice, failed)).toBe(4);
});

it("a failure is handled in the same way, thrown or promised", async () => {
  expect(whenDone(fail, twice, failed)).toBe(-2);
  expect(await whenDone(async () => fail(), twice, failed)).toBe(-2);
});

it("what is done with the outcome may fail, and that failure is the caller's", () => {
  expect(() => whenDone(() => 2, fail, failed)).toThrow("no");
});
