// When the system is to send the rest of a file: where a good part of it went quickly, and enough is left.
import { expect, test } from "vitest";
import { FileRest } from "../../src/data-connection/file-rest.ts";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import type { Connection, SendsFiles } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";

const behind = limits.systemSendBehindBytes;
const enough = limits.systemSendFromBytes;

/** The file's descriptor is 7, and 100 bytes of it were read. */
const file = { lend: (use: (descriptor: number, position: number) => Promise<number>) => use(7, 100) };

function restOver(sendFile?: SendsFiles["sendFile"]) {
  const [near, far] = joinedPair("near", "far");
  const connection: Connection = Object.defineProperty(near, "sendFile", { value: sendFile });
  const clock = new FakeClock();
  const moved: number[] = [];
  const { signal } = new AbortController();
  const rest = new FileRest(connection, { clock, signal, moved: (bytes) => moved.push(bytes) });
  return { rest, clock, moved, near, far };
}

const sendFile: SendsFiles["sendFile"] = async (_, __, { moved }) => {
  moved(5);
  return 5;
};

test("it is due behind the first part of a file that goes quickly, once", () => {
  const { rest, clock } = restOver(sendFile);
  expect(rest.isDue(1, enough + behind - 1)).toBe(false);
  clock.advance(limits.systemSendBehindMs);
  expect(rest.isDue(behind - 1, enough + 1)).toBe(false);
  expect(rest.isDue(behind, enough)).toBe(true);
  expect(rest.isDue(behind + 1, enough)).toBe(false);
});

test("it is never due where that part took longer, or too little is left", () => {
  const { rest: slow, clock } = restOver(sendFile);
  slow.isDue(1, 2 * enough);
  clock.advance(limits.systemSendBehindMs + 1);
  expect(slow.isDue(behind, 2 * enough)).toBe(false);
  const { rest: short } = restOver(sendFile);
  short.isDue(1, enough);
  expect(short.isDue(behind, enough - 1)).toBe(false);
  expect(short.isDue(behind, enough)).toBe(false);
});

test("it is never due over a connection that cannot", async () => {
  const { rest } = restOver(undefined);
  rest.isDue(1, 2 * enough);
  expect(rest.isDue(behind, enough)).toBe(false);
  expect(await rest.send(file)).toBe(0);
});

test("it is sent from where the file was read to, when the network has taken what was written before", async () => {
  const order: string[] = [];
  const { rest, moved, near, far } = restOver(async (descriptor, position, options) => {
    order.push(`file ${descriptor} from ${position}`);
    return sendFile(descriptor, position, options);
  });
  near.stream.write("x".repeat(1_000_000), () => order.push("written"));
  const sent = rest.send(file);
  far.stream.resume();
  expect(await sent).toBe(5);
  expect(order).toEqual(["written", "file 7 from 100"]);
  expect(moved).toEqual([5]);
});
