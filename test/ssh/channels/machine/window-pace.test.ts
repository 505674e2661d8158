import { expect, test } from "vitest";
import { limits } from "../../../../src/protocol/limits.ts";
import { ReceiveWindow } from "../../../../src/ssh/channels/machine/window.ts";
import { fixedWindows, type Pace, WindowPace } from "../../../../src/ssh/channels/machine/window-pace.ts";

const { sshFirstWindowBytes: firstBytes, sshChannelWindowBytes: mostBytes } = limits;

const windowAt = (pace: Pace): ReceiveWindow =>
  new ReceiveWindow(new WindowPace({ first: firstBytes, most: mostBytes }, pace));

/** A sender that sends whatever it may, once per round trip, to a reader that reads `share` of it at once. */
function transfer(
  roundTripMs: number,
  rounds: number,
  share = 1,
): { readonly perRound: number[]; readonly unread: number } {
  let nowMs = 0;
  const window = windowAt({ nowMs: () => nowMs, roundTripMs: () => roundTripMs });
  let allowed = firstBytes;
  let unread = 0;
  const perRound: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sent = allowed;
    allowed = 0;
    for (let left = sent; left > 0; left -= 32_768) {
      const bytes = Math.min(left, 32_768);
      nowMs += (roundTripMs * bytes) / sent;
      expect(window.take(bytes)).toBe(true);
      const read = Math.floor(bytes * share);
      unread += bytes - read;
      allowed += window.consume(read);
    }
    perRound.push(sent);
  }
  return { perRound, unread };
}

test("on a long line the window grows until the sender can fill it, and no further", () => {
  const { perRound } = transfer(50, 12);
  expect(perRound[0]).toBe(firstBytes);
  expect(Math.max(...perRound)).toBeGreaterThan(mostBytes * 0.9);
  expect(Math.max(...perRound)).toBeLessThanOrEqual(mostBytes);
});

test("on a short line the window stays as it is", () => {
  expect(Math.max(...transfer(1, 50).perRound)).toBeLessThanOrEqual(firstBytes);
});

test("what nobody reads does not grow beyond the first window", () => {
  expect(transfer(50, 20, 0).unread).toBeLessThanOrEqual(firstBytes);
});

test("bytes beyond the window are noticed", () => {
  const window = windowAt({ nowMs: () => 0, roundTripMs: () => 50 });
  expect(window.take(firstBytes)).toBe(true);
  expect(window.take(1)).toBe(false);
});

test("read bytes are given back in few and not too large pieces", () => {
  const window = windowAt({ nowMs: () => 0, roundTripMs: () => 50 });
  const given: number[] = [];
  for (let count = 0; count < 64; count++) {
    window.take(32_768);
    given.push(window.consume(32_768));
  }
  expect(given.filter((bytes) => bytes > 0)).toHaveLength(16);
  expect(given.reduce((sum, bytes) => sum + bytes, 0)).toBe(firstBytes);
});

test("a fixed window does not grow", () => {
  const window = new ReceiveWindow(fixedWindows(1000));
  for (let count = 0; count < 100; count += 1) {
    expect(window.take(1000)).toBe(true);
    expect(window.consume(1000)).toBe(1000);
  }
});
