import { expect, test } from "vitest";
import { TaskStack } from "../../src/transfer/worker-pool.ts";

test("tasks come in their order, and what a task brings comes before the rest", async () => {
  const stack = new TaskStack(["a", "b"]);
  expect(await stack.take()).toBe("a");
  stack.finish(["a1", "a2"]);
  expect([await stack.take(), await stack.take(), await stack.take()]).toEqual(["a1", "a2", "b"]);
});

test("who waits gets what a running task brings, and undefined when the last one is over", async () => {
  const stack = new TaskStack(["a"]);
  await stack.take();
  const [second, third] = [stack.take(), stack.take()];
  stack.finish(["b"]);
  expect(await second).toBe("b");
  stack.finish();
  expect(await third).toBeUndefined();
  expect(await stack.take()).toBeUndefined();
});

test("after stop nothing is given out, not even what comes later", async () => {
  const stack = new TaskStack(["a", "b"]);
  await stack.take();
  const waiting = stack.take();
  expect(await waiting).toBe("b");
  stack.stop();
  stack.finish(["c"]);
  expect(await stack.take()).toBeUndefined();
});
