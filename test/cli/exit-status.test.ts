import { expect, test } from "vitest";
import { exitStatusOf, exitStatusOfSignal } from "../../src/cli/exit-status.ts";
import { type ErrorCode, SallyportError } from "../../src/protocol/error.ts";

test.each<[ErrorCode, number]>([
  ["USAGE_INVALID", 2],
  ["CONFIG_INVALID", 2],
  ["POLICY_BIND", 2],
  ["SSH_PROGRAM_MISSING", 255],
  ["SSH_CONNECT", 255],
  ["SSH_HOST_KEY", 255],
  ["SSH_AUTH", 255],
  ["SSH_FORWARD_REFUSED", 255],
  ["SSH_DISCONNECTED", 255],
  ["NET_ADDRESS_IN_USE", 1],
  ["NET_PERMISSION", 1],
  ["INTERNAL", 1],
])("%s exits with %i", (code, status) => {
  expect(exitStatusOf(new SallyportError(code, "x"))).toBe(status);
});

test("a signal is 128 and its number", () => {
  expect(exitStatusOfSignal("SIGTERM")).toBe(143);
});
