import { expect, test } from "vitest";
import { limits } from "../../../../src/protocol/limits.ts";
import { ReceiveWindow } from "../../../../src/ssh/channels/machine/window.ts";
import { fixedWindows, type Pace, WindowPace } from "../../../../src/ssh/channels/machine/window-pace.ts";

const {
  sshShortLineWindowBytes: least,
  sshWindowBytesPerMs: bytesPerMs,
  sshFirstWindowBytes: firstBytes,
  sshChannelWindowBytes: mostBytes,
} = limits;

const windowAt = (pace: Pace): ReceiveWindow =>
  new ReceiveWindow(new WindowPace({ least, bytesPerMs, first: firstBytes, most: mostBytes }, pace));

/** A sender that sends whatever it may, once per round trip, to a reader that reads `share` of it at once. */
function transfer(
  roundTripMs: number,
  rounds: number,
  share = 1,
): { readonly perRound: number[]; readonly unread: number } {
  let nowMs = 0;
  const window = windowAt({ nowMs: () => nowMs, roundTripMs: () => roundTripMs, measure: () => {} });
  let allowed = window.size;
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

test("on a short line the window begins small, grows as its reader reads, and not beyond the first one of a long line", () => {
  const { perRound } = transfer(0.5, 50);
  expect(perRound[0]).toBe(least);
  expect(Math.max(...perRound)).toBeGreaterThan(firstBytes * 0.9);
  expect(Math.max(...perRound)).toBeLessThanOrEqual(firstBytes);
});

test("on a short line a server may send no more than half of what its reader has read", () => {
  let read = 0;
  for (const sent of transfer(0.5, 50).perRound) {
    expect(sent).toBeLessThanOrEqual(Math.max(least, read / 2));
    read += sent;
  }
});

test("a window begins with what the line holds", () => {
  expect([0.1, 2, 4, 50, Number.POSITIVE_INFINITY].map((ms) => transfer(ms, 1).perRound[0])).toEqual([
    least,
    2 * bytesPerMs,
    4 * bytesPerMs,
    firstBytes,
    firstBytes,
  ]);
});

test.each([0.5, 50])("what nobody reads makes no window larger: %d ms", (roundTripMs) => {
  expect(transfer(roundTripMs, 20, 0).unread).toBeLessThanOrEqual(roundTripMs === 50 ? firstBytes : least);
});

test("bytes beyond the window are noticed", () => {
  const window = windowAt({ nowMs: () => 0, roundTripMs: () => 50, measure: () => {} });
  expect(window.take(firstBytes)).toBe(true);
  expect(window.take(1)).toBe(false);
});

test("read bytes are given back in few and not too large pieces", () => {
  const window = windowAt({ nowMs: () => 0, roundTripMs: () => 50, measure: () => {} });
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
