// Transfers whose end a worker does not wait for.
import { expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { PendingCompletions } from "../../src/transfer/worker-pool.ts";

/** A transfer whose data is over at once, and which ends when the test says so. */
function tail(): { end: () => void; fail: (error: unknown) => void; whole: Promise<void> } {
  let end = (): void => {};
  let fail: (error: unknown) => void = () => {};
  const whole = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { end, fail, whole };
}

test("the worker goes on when the data is over, and hears of a failure behind it", async () => {
  const { fail, whole } = tail();
  const tails = new PendingCompletions();
  const failures: unknown[] = [];
  const carried = tails.start(
    (onDataComplete) => {
      onDataComplete();
      return whole;
    },
    (error) => failures.push(error),
  );
  await carried;
  expect(failures).toEqual([]);
  fail("no 226");
  await tails.over();
  expect(failures).toEqual(["no 226"]);
});

test("what fails before its data is over is thrown, and told to nobody else", async () => {
  const tails = new PendingCompletions();
  const failures: unknown[] = [];
  const failing = tails.start(
    () => Promise.reject(new Error("550")),
    (error) => failures.push(error),
  );
  await expect(failing).rejects.toThrow("550");
  await tails.over();
  expect(failures).toEqual([]);
});

test("a transfer that never says so is waited for", async () => {
  const { end, whole } = tail();
  let isOver = false;
  const carried = new PendingCompletions()
    .start(
      () => whole,
      () => {},
    )
    .then(() => {
      isOver = true;
    });
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  end();
  await carried;
});

test("no more of them than clientPendingCompletionsMax are left behind", async () => {
  const tails = new PendingCompletions();
  const parts = Array.from({ length: limits.clientPendingCompletionsMax }, tail);
  let begun = 0;
  const worker = (async () => {
    for (const { whole } of parts) {
      await tails.start(
        (onDataComplete) => {
          begun += 1;
          onDataComplete();
          return whole;
        },
        () => {},
      );
    }
    return "went on";
  })();
  await new Promise(setImmediate);
  expect(begun).toBe(limits.clientPendingCompletionsMax);
  expect(await Promise.race([worker, new Promise((resolve) => setImmediate(() => resolve("waits")))])).toBe("waits");
  parts[0]?.end();
  expect(await worker).toBe("went on");
  for (const { end } of parts) end();
  await tails.over();
});
