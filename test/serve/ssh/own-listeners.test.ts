// Ports of the FTP server and ports of SSH clients on one machine.
import { expect, test } from "vitest";
import type { Listener, ListenOptions, Network } from "../../../src/platform/network.ts";
import { shareMachine } from "../../../src/serve/ssh/own-listeners.ts";

const { signal } = new AbortController();

/** Free ports are given in this order. */
function machine(...free: number[]): Network {
  return {
    name: "a machine",
    connect: () => Promise.reject(new Error("nobody connects")),
    listen: async ({ host, ports }: ListenOptions): Promise<Listener> => ({
      endpoint: { host, port: ports.first === 0 ? (free.shift() ?? 0) : ports.first },
      accept: () => new Promise(() => {}),
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}

const port = (number: number): ListenOptions["ports"] => ({ first: number, last: number });

test("hazard: port stealing: a data port is none on which an SSH client listens already at the other loopback address", async () => {
  const { own, clients } = shareMachine(machine(50_000, 50_001, 50_000));
  const taken = await clients.listen({ host: "::1", ports: port(50_000), signal });
  const data = await own.listen({ host: "127.0.0.1", ports: port(0), signal });
  expect(data.endpoint.port).toBe(50_001);
  expect([own.hasPort(50_001), own.hasPort(50_000), clients.hasPort(50_000)]).toEqual([true, false, true]);
  await taken[Symbol.asyncDispose]();
  expect((await own.listen({ host: "127.0.0.1", ports: port(0), signal })).endpoint.port).toBe(50_000);
});
