import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConnectionEvent } from "../../../src/ssh/connection-protocol/events.ts";
import { describeEvents, makeMachine, testLimits } from "./machine.ts";
import {
  adjust,
  close,
  concat,
  confirm,
  data,
  describeOutput,
  eof,
  extendedData,
  refuse,
  reply,
  request,
} from "./model-server.ts";

/** What a server might send about channels 0 to 3, sensible or not. */
const serverMessage = fc.oneof(
  fc.tuple(fc.nat(3), fc.nat(900), fc.nat(300)).map(([n, window, size]) => confirm(n, n + 70, window, size + 50)),
  fc.tuple(fc.nat(3), fc.nat(5)).map(([n, reason]) => refuse(n, reason, "no\u0000\n")),
  fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 210 })).map(([n, bytes]) => data(n, bytes)),
  fc.tuple(fc.nat(3), fc.nat(2)).map(([n, kind]) => extendedData(n, kind, "warning")),
  fc.tuple(fc.nat(3), fc.nat(2 ** 32 - 1)).map(([n, count]) => adjust(n, count)),
  fc.nat(3).map(eof),
  fc.nat(3).map(close),
  fc
    .tuple(fc.nat(3), fc.constantFrom("exit-status", "exit-signal", "eow@openssh.com"), fc.boolean())
    .map(([n, name, wantReply]) => request(n, name, wantReply)),
  fc.tuple(fc.nat(3), fc.boolean()).map(([n, ok]) => reply(n, ok)),
);
const garbage = fc.uint8Array({ minLength: 1, maxLength: 40 });
const stream = fc
  .tuple(fc.constant([0, 1, 2].map((n) => confirm(n, n + 70))), fc.array(serverMessage, { maxLength: 25 }), garbage)
  .map(([opening, messages, rest]) => concat(...opening, ...messages, rest));
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

function run(chunks: Iterable<Uint8Array>): ConnectionEvent[] {
  const machine = makeMachine();
  for (let count = 0; count < 4; count += 1) machine.open("session");
  const events: ConnectionEvent[] = [];
  for (const chunk of chunks) events.push(...machine.receive(chunk));
  return events;
}

function* cut(bytes: Uint8Array, by: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = by[turn % by.length] ?? 1;
    yield Uint8Array.from(bytes.subarray(at, at + size));
    at += size;
  }
}

describe("ConnectionMachine", () => {
  it("reports the same however the bytes are split", () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, by) => {
        const whole = describeEvents(run([bytes]));
        expect(describeEvents(run(cut(bytes, by)))).toEqual(whole);
        expect(describeEvents(run(cut(bytes, [1])))).toEqual(whole);
      }),
    );
  });

  it("answers garbage with a protocol failure and nothing else, and then with nothing", () => {
    fc.assert(
      fc.property(fc.oneof(stream, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const machine = makeMachine();
        machine.open("session");
        const events = machine.receive(bytes);
        const failures = events.filter((event) => event.type === "failed");
        expect(failures.every(({ error }) => error.code === "SSH_PROTOCOL")).toBe(true);
        if (failures.length === 0) return;
        expect(events.at(-1)?.type).toBe("failed");
        expect(machine.receive(confirm(0, 1))).toEqual([]);
      }),
    );
  });

  it("never lets either side exceed a window, whatever the order of reading and writing", () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant("server sends" as const), bytes: fc.integer({ min: 1, max: testLimits.dataMax }) }),
      fc.record({ act: fc.constant("we read" as const), bytes: fc.integer({ min: 1, max: 2000 }) }),
      fc.record({ act: fc.constant("we send" as const), bytes: fc.integer({ min: 1, max: 500 }) }),
      fc.record({ act: fc.constant("server reads" as const), bytes: fc.integer({ min: 1, max: 500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 100, max: 3000 }), (steps, most) => {
        const machine = makeMachine();
        const { channel } = machine.open("session");
        machine.windowMost = most;
        let [serverMaySend, weMaySend, unread] = [testLimits.window.first, 600, 0];
        machine.receive(confirm(channel, 70, weMaySend, 100));
        for (const { act, bytes } of steps) {
          if (act === "server sends") {
            const count = Math.min(bytes, serverMaySend);
            serverMaySend -= count;
            unread += count;
            expect(machine.receive(data(channel, new Uint8Array(count))).map(({ type }) => type)).toEqual(["data"]);
          } else if (act === "we read") {
            const count = Math.min(bytes, unread);
            unread -= count;
            const [line = ""] = describeOutput([machine.consume(channel, count)]);
            serverMaySend += Number(line.split(" ")[2] ?? 0);
          } else if (act === "we send") {
            const count = Math.min(bytes, machine.sendable(channel));
            for (const line of describeOutput(machine.data(channel, new Uint8Array(count)))) {
              weMaySend -= line.length - "channelData 70 ".length;
            }
          } else {
            weMaySend += bytes;
            machine.receive(adjust(channel, bytes));
          }
          expect(machine.unreadBytes).toBe(unread);
          expect(serverMaySend + unread).toBeLessThanOrEqual(Math.max(most, testLimits.window.first));
          expect(weMaySend).toBeGreaterThanOrEqual(0);
          expect(machine.sendable(channel)).toBe(weMaySend);
        }
      }),
    );
  });

  it("ends with no channel and no window in use once every channel has been closed", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), (closedByUs) => {
        const machine = makeMachine();
        const channels = closedByUs.map(() => machine.open("session").channel);
        for (const channel of channels) machine.receive(confirm(channel, channel + 70));
        for (const [index, channel] of channels.entries()) {
          if (closedByUs[index]) machine.close(channel);
          machine.receive(close(channel));
        }
        expect(machine.channelCount).toBe(0);
        expect(describeOutput([machine.open("session").bytes])[0]).toContain(`window=${testLimits.window.first}`);
      }),
    );
  });
});
