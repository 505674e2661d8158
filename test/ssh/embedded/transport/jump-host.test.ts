import { expect, test } from "vitest";
import { lastJump } from "../../../../src/ssh/embedded/transport/carrier.ts";

const jumps: readonly (readonly [string, string | undefined, string, number | undefined])[] = [
  ["gate", undefined, "gate", undefined],
  ["root@gate", "root", "gate", undefined],
  ["root@gate:2222", "root", "gate", 2222],
  ["[::1]:2222", undefined, "::1", 2222],
  ["::1", undefined, "::1", undefined],
  ["me@[fe80::1%eth0]", "me", "fe80::1%eth0", undefined],
  ["ssh://me@gate:22", "me", "gate", 22],
  ["me@there@gate", "me@there", "gate", undefined],
];

test.each(jumps)("ProxyJump %s is understood", (text, user, host, port) => {
  expect(lastJump(text)).toEqual({ last: { user, host, port }, before: undefined });
});

test("of several jump hosts the last one is next to the target", () => {
  expect(lastJump("a,b:1,c")).toEqual({ last: { user: undefined, host: "c", port: undefined }, before: "a,b:1" });
});

test.each(["", "me@", "gate:0", "gate:70000", "-oProxyCommand=x", "gate:", "[::1"])(
  "ProxyJump '%s' is refused",
  (text) => {
    expect(() => lastJump(text)).toThrow(expect.objectContaining({ code: "SSH_CONFIG" }));
  },
);
