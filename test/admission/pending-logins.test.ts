// Whose place a connection takes that has not logged in yet.
import { expect, test } from "vitest";
import { PendingLogins } from "../../src/admission/pending-logins.ts";

const flooders = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];

test("four addresses that only connect shut nobody out: the oldest of the one with the most gives its place", () => {
  const pending = new PendingLogins(40);
  const ended: string[] = [];
  for (let round = 0; round < 100; round += 1) {
    for (const address of flooders) pending.admit(address, () => ended.push(`${address} ${round}`));
  }
  ended.length = 0;
  expect(pending.admit("198.51.100.7", () => ended.push("the newcomer"))).toBeDefined();
  expect(ended).toHaveLength(1);
  expect(ended[0]).toMatch(/^192\.0\.2\.\d 0|^192\.0\.2\.\d \d+$/);
});

test("an address that has the most gets no more", () => {
  const pending = new PendingLogins(8);
  expect(pending.admit("192.0.2.1", () => {})).toBeDefined();
  expect(pending.admit("192.0.2.1", () => {})).toBeDefined();
  expect(pending.admit("192.0.2.1", () => {})).toBeUndefined();
});

test("who has logged in, or is gone, makes room; idempotent", () => {
  const pending = new PendingLogins(4);
  const leave = pending.admit("192.0.2.1", () => {});
  leave?.();
  leave?.();
  expect(pending.admit("192.0.2.1", () => {})).toBeDefined();
});

test("a /64 of IPv6 is one address", () => {
  const pending = new PendingLogins(8);
  pending.admit("2001:db8::1", () => {});
  pending.admit("2001:db8::2", () => {});
  expect(pending.admit("2001:db8::3", () => {})).toBeUndefined();
  expect(pending.admit("2001:db8:0:1::1", () => {})).toBeDefined();
});
