import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { waitForEnter } from "../../../src/cli/terminal/wait-for-enter.ts";

function typed(): { input: PassThrough; steps: ReturnType<typeof waitForEnter> } {
  const input = new PassThrough();
  return { input, steps: waitForEnter(input as unknown as NodeJS.ReadStream) };
}

test("an Enter before anybody waits for it counts", async () => {
  const { input, steps } = typed();
  input.write("\n\n");
  await new Promise(setImmediate);
  await steps.next();
  await steps.next();
  let isDone = false;
  const third = steps.next().then(() => {
    isDone = true;
  });
  await new Promise(setImmediate);
  expect(isDone).toBe(false);
  input.write("\n");
  await third;
  steps[Symbol.dispose]();
});

test("the end of the input ends every wait", async () => {
  const { input, steps } = typed();
  const waiting = steps.next();
  input.end();
  await waiting;
  await steps.next();
});
