import { expect, test } from "vitest";
import { systemRandom } from "../../../src/network/system-random.ts";
import type { PortRange } from "../../../src/platform/network.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { RemoteForwards } from "../../../src/ssh/channels/remote-forwards.ts";
import type { RemoteListener } from "../../../src/ssh/channels/remote-listener.ts";
import { forwardRefused } from "../../../src/ssh/refusals.ts";
import { never } from "./rig.ts";

/** A server that listens wherever it is asked to, except on `taken`. */
function bench(taken: (port: number) => boolean = () => false, onAsked: () => void = () => {}) {
  const asked: number[] = [];
  const cancelled: string[] = [];
  const forwards = new RemoteForwards({
    random: systemRandom,
    emit: () => {},
    request: async ({ host, port }, onListening) => {
      asked.push(port);
      await Promise.resolve();
      onAsked();
      if (taken(port)) throw forwardRefused(`${host}:${port}`);
      const bound = port === 0 ? 40_000 + asked.length : port;
      return onListening({ port: bound, cancel: async () => void cancelled.push(`${host}:${bound}`) });
    },
  });
  const listen = (host: string, ports: PortRange, signal: AbortSignal): Promise<RemoteListener> =>
    forwards.listen({ host, ports, signal });
  return { table: { listen, find: forwards.find.bind(forwards) }, asked, cancelled };
}

const on = (port: number): { first: number; last: number } => ({ first: port, last: port });

test.each([
  ["localhost", "127.0.0.1"],
  ["127.0.0.1", "localhost"],
  ["", "0.0.0.0"],
  ["gate", "192.0.2.1"],
])("a connection to a listener on '%s' is found although the server says '%s'", async (asked, echoed) => {
  const { table } = bench();
  const listener = await table.listen(asked, on(2000), never);
  expect(table.find(echoed, 2000)).toBe(listener);
  expect(table.find(echoed, 2001)).toBeUndefined();
});

test("of two listeners on one port the address decides, its spelling does not", async () => {
  const { table } = bench();
  const loopback = await table.listen("localhost", on(2000), never);
  const other = await table.listen("192.0.2.1", on(2000), never);
  expect(table.find("127.0.0.1", 2000)).toBe(loopback);
  expect(table.find("192.0.2.1", 2000)).toBe(other);
  expect(table.find("192.0.2.2", 2000)).toBeUndefined();
});

test("a disposed listener is cancelled once, as it was asked for, and found no more", async () => {
  const { table, cancelled } = bench();
  const listener = await table.listen("localhost", on(0), never);
  await Promise.all([listener[Symbol.asyncDispose](), listener[Symbol.asyncDispose]()]);
  expect(cancelled).toEqual([`localhost:${listener.endpoint.port}`]);
  expect(table.find("localhost", listener.endpoint.port)).toBeUndefined();
});

test("a range is tried in random order, within bounds", async () => {
  const { table, asked } = bench(() => true);
  const failure = await table.listen("", { first: 20_000, last: 29_999 }, never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "SSH_FORWARD_REFUSED", message: expect.stringMatching(/\*:20000-29999/) });
  expect(asked).toHaveLength(limits.sshForwardAttemptsMax);
  expect(new Set(asked).size).toBe(asked.length);
  expect([...asked].sort((a, b) => a - b)).not.toEqual(asked);
});

test("an aborted request is taken back when the server has answered, and before the next one", async () => {
  const controller = new AbortController();
  const reason = { not: "even an error" };
  const { table, cancelled } = bench(undefined, () => controller.abort(reason));
  const attempt = table.listen("localhost", on(2000), controller.signal);
  await expect(attempt).rejects.toBe(reason);
  await table.listen("localhost", on(2000), never);
  expect(cancelled).toEqual(["localhost:2000"]);
});
