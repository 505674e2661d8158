import { describe, expect, it } from "vitest";
import { fc } from "../../../support/fast-check.ts";
import { makeMachine, testLimits } from "./machine.ts";
import { adjust, close, confirm, data, eof, extendedData, refuse, reply, request } from "./messages.ts";

/** What a peer might send about channels 0 to 3, sensible or not. */
const peerMessage = fc.oneof(
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

describe("ChannelMachine", () => {
  it("takes whatever a peer sends: nothing follows a fault or our CLOSE but the end, and nothing follows the end", () => {
    const opening = [0, 1, 2].map((n) => confirm(n, n + 70));
    fc.assert(
      fc.property(fc.array(peerMessage, { maxLength: 60 }), (messages) => {
        const { machine, receive } = makeMachine();
        for (let count = 0; count < 4; count += 1) machine.open("session");
        const over = new Map<string, string>();
        for (const message of [...opening, ...messages]) {
          for (const line of receive(message)) {
            const [type = "", number = ""] = line.split(" ");
            if (type === "send") continue;
            const before = over.get(number);
            expect(before === undefined || (before === "fault" && /^(closed|refused)$/.test(type))).toBe(true);
            if (/^(closed|refused|fault)$/.test(type)) over.set(number, type);
          }
        }
        expect(machine.channelCount).toBe(4 - [...over.values()].filter((type) => type !== "fault").length);
      }),
    );
  });

  it("never sends behind its CLOSE, and one CLOSE a channel", () => {
    const act = fc.oneof(
      peerMessage.map((message) => ({ message })),
      fc.record({ what: fc.constantFrom("eof", "close", "notify", "answer", "consume"), channel: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const { machine, receive, sends } = makeMachine();
        for (let count = 0; count < 4; count += 1) machine.open("session");
        const sent: string[] = [];
        for (const one of acts) {
          if ("message" in one) {
            const lines = receive(one.message).filter((line) => line.startsWith("send "));
            sent.push(...lines.map((line) => line.slice("send ".length)));
          } else {
            sent.push(
              ...sends(() => {
                if (one.what === "eof" && machine.sendable(one.channel) > 0) machine.eof(one.channel);
                if (one.what === "close") machine.close(one.channel);
                if (one.what === "notify") machine.notify(one.channel, "signal", "TERM");
                if (one.what === "answer") machine.answer(one.channel, true);
                if (one.what === "consume") machine.consume(one.channel, 0);
              }),
            );
          }
        }
        for (let theirs = 70; theirs < 74; theirs += 1) {
          const about = sent.filter((line) => line.split(" ")[1] === String(theirs));
          const closedAt = about.indexOf(`close ${theirs}`);
          expect(closedAt === -1 || closedAt === about.length - 1).toBe(true);
        }
      }),
    );
  });

  it("never lets either side exceed a window, whatever the order of reading and writing", () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant("peer sends" as const), bytes: fc.integer({ min: 1, max: testLimits.dataMax }) }),
      fc.record({ act: fc.constant("we read" as const), bytes: fc.integer({ min: 1, max: 2000 }) }),
      fc.record({ act: fc.constant("we send" as const), bytes: fc.integer({ min: 1, max: 500 }) }),
      fc.record({ act: fc.constant("peer reads" as const), bytes: fc.integer({ min: 1, max: 500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 100, max: 3000 }), (steps, most) => {
        const { machine, receive, sends, windows } = makeMachine();
        const channel = machine.open("session");
        windows.most = most;
        let [peerMaySend, weMaySend, unread] = [testLimits.window.first, 600, 0];
        receive(confirm(channel, 70, weMaySend, 100));
        for (const { act, bytes } of steps) {
          if (act === "peer sends") {
            const count = Math.min(bytes, peerMaySend);
            peerMaySend -= count;
            unread += count;
            expect(receive(data(channel, new Uint8Array(count))).map((line) => line.split(" ")[0])).toEqual(["data"]);
          } else if (act === "we read") {
            const count = Math.min(bytes, unread);
            unread -= count;
            const [line = ""] = sends(() => machine.consume(channel, count));
            peerMaySend += Number(line.split(" ")[2] ?? 0);
          } else if (act === "we send") {
            const count = Math.min(bytes, machine.sendable(channel));
            for (const line of sends(() => machine.data(channel, new Uint8Array(count)))) {
              weMaySend -= line.length - "data 70 ".length;
            }
          } else {
            weMaySend += bytes;
            receive(adjust(channel, bytes));
          }
          expect(machine.unreadBytes).toBe(unread);
          expect(peerMaySend + unread).toBeLessThanOrEqual(Math.max(most, testLimits.window.first));
          expect(weMaySend).toBeGreaterThanOrEqual(0);
          expect(machine.sendable(channel)).toBe(weMaySend);
        }
      }),
    );
  });

  it("ends with no channel and no window in use once every channel has been closed", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), (closedByUs) => {
        const { machine, receive, windows } = makeMachine();
        const channels = closedByUs.map(() => machine.open("session"));
        for (const channel of channels) receive(confirm(channel, channel + 70));
        for (const [index, channel] of channels.entries()) {
          if (closedByUs[index]) machine.close(channel);
          receive(close(channel));
        }
        expect([machine.channelCount, windows.used]).toEqual([0, 0]);
      }),
    );
  });
});
