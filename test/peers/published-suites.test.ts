// A network of a user's is tested by node:test, with `sallyport/testing` as it is published.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("node:test runs the published suite, without any other test framework", () => {
  const program = fileURLToPath(new URL("own-network.mjs", import.meta.url));
  // NODE_TEST_CONTEXT would make it report to a parent.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, ["--test-reporter=tap", program], { encoding: "utf8", env });
  expect(stdout).toMatch(/^# pass 10$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(status).toBe(0);
});
