// What guessing passwords costs, and whom it costs nothing.
import { expect, test } from "vitest";
import { LoginGuard } from "../../src/admission/login-guard.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";

const { signal } = new AbortController();
const host = "192.0.2.1";

/** Lets time pass until it settles; how long that took. */
async function passing<T>(clock: FakeClock, work: Promise<T>): Promise<number> {
  const begin = clock.nowMs();
  let settled = false;
  void work.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (;;) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (settled) return clock.nowMs() - begin;
    clock.advance(100);
  }
}

const wrong = async (): Promise<undefined> => undefined;
const right = async (): Promise<string> => "in";

test("nobody waits longer than loginDelayMsMax, and failures are forgotten after a quarter of an hour", () => {
  const clock = new FakeClock();
  const guard = new LoginGuard(clock);
  const waits = Array.from({ length: 8 }, () => {
    guard.failed(host, "x");
    return guard.waitMs(host);
  });
  expect(waits).toEqual([1000, 2000, 4000, 8000, ...Array<number>(4).fill(limits.loginDelayMsMax)]);
  clock.advance(limits.loginForgetMs + 1);
  expect(guard.waitMs(host)).toBe(0);
});

test("loginAddressesMax addresses are remembered, the latest", () => {
  const guard = new LoginGuard(new FakeClock());
  for (let number = 0; number <= limits.loginAddressesMax; number += 1) guard.failed(`address ${number}`, "x");
  expect(guard.waitMs("address 0")).toBe(0);
  expect(guard.waitMs("address 1")).toBeGreaterThan(0);
  expect(guard.waitMs(`address ${limits.loginAddressesMax}`)).toBeGreaterThan(0);
});

test("a hundred guesses side by side take as long as one after the other", async () => {
  const clock = new FakeClock();
  const guard = new LoginGuard(clock);
  const guesses = Array.from({ length: 100 }, () => guard.attempt(host, "root", wrong, new AbortController().signal));
  const waits = Array.from({ length: 100 }, (_, failures) =>
    failures === 0 ? 0 : Math.min(500 * 2 ** failures, 15_000),
  );
  const oneAfterTheOther = waits.reduce((sum, waitMs) => sum + waitMs + limits.loginDelayMsMin, 0);
  expect(await passing(clock, Promise.all(guesses))).toBeGreaterThanOrEqual(oneAfterTheOther);
});

test("one attempt of an address is judged at a time; other addresses do not wait for it", async () => {
  const guard = new LoginGuard(new FakeClock());
  let running = 0;
  let most = 0;
  const judge = async (): Promise<string> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => setImmediate(resolve));
    running -= 1;
    return "in";
  };
  const clock = new FakeClock();
  await passing(clock, Promise.all(Array.from({ length: 10 }, () => guard.attempt(host, "x", judge, signal))));
  expect(most).toBe(1);
});

test("a login forgives the failures of its own user and no others", async () => {
  const clock = new FakeClock();
  const guard = new LoginGuard(clock);
  for (const user of ["victim", "victim", "mallory"]) guard.failed(host, user);
  await passing(clock, guard.attempt(host, "mallory", right, signal));
  expect(guard.waitMs(host)).toBe(2000);
  await passing(clock, guard.attempt(host, "anonymous", right, signal));
  expect(guard.waitMs(host)).toBe(2000);
  await passing(clock, guard.attempt(host, "victim", right, signal));
  expect(guard.waitMs(host)).toBe(0);
});

test("failures with ever new names take no more room, and a login does not forgive them", () => {
  const guard = new LoginGuard(new FakeClock());
  const count = limits.loginUsersMax + 100;
  for (let number = 0; number < count; number += 1) guard.failed(host, `name ${number}`);
  for (let number = 0; number < count; number += 1) guard.succeeded(host, `name ${number}`);
  expect(guard.waitMs(host)).toBe(limits.loginDelayMsMax);
});

test("hazard: memory by names: a name that is longer than any user's is not kept, and counts all the same", () => {
  const guard = new LoginGuard(new FakeClock());
  const long = "x".repeat(limits.loginNameCharsMax + 1);
  guard.failed(host, long);
  guard.succeeded(host, long);
  expect(guard.waitMs(host)).toBeGreaterThan(0);
});

test.each([
  ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["::ffff:192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
])("%s and %s are one to it: %s", (first, second, same) => {
  const guard = new LoginGuard(new FakeClock());
  guard.failed(first, "x");
  expect(guard.waitMs(second) > 0).toBe(same);
});

test("an attempt that is given up while it waits makes nobody wait for it", async () => {
  const clock = new FakeClock();
  const guard = new LoginGuard(clock);
  const leave = new AbortController();
  const first = guard.attempt(host, "a", () => new Promise<undefined>(() => {}), leave.signal);
  const second = guard.attempt(host, "b", right, leave.signal);
  leave.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  void first.catch(() => {});
});
