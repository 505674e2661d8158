import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DialOptions, dialActive } from "../../src/data-connection/dial-active.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Connection, ConnectOptions, Network } from "../../src/platform/network.ts";
import { type ErrorCode, SallyportError } from "../../src/protocol/error.ts";
import { never } from "../../src/testing/network/bench.ts";
import { freePort } from "../support/free-port.ts";
import { patienceMs } from "../support/patience.ts";
import { watchResources } from "../support/resources.ts";
import { bench } from "./pairs.ts";

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

async function open(port: number, more: Partial<DialOptions> = {}): Promise<Connection> {
  const options = {
    network: systemNetwork,
    host: "127.0.0.1",
    port,
    timeoutMs: patienceMs,
    clock: systemClock,
    signal: never,
  };
  return bench.keep(await dialActive({ ...options, ...more }));
}

/** A network that fails as told, and remembers what it was asked. */
class Scripted implements Network {
  readonly name = "scripted";
  readonly asked: ConnectOptions[] = [];
  readonly #outcome: (options: ConnectOptions) => Promise<Connection>;

  constructor(outcome: (options: ConnectOptions) => Promise<Connection>) {
    this.#outcome = outcome;
  }

  connect(options: ConnectOptions): Promise<Connection> {
    this.asked.push(options);
    return this.#outcome(options);
  }

  listen(): Promise<never> {
    return Promise.reject(new Error("not in this test"));
  }
}

const silent = (): Scripted =>
  new Scripted(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );

describe("an active end", () => {
  it("comes from the preferred port where that is free", async () => {
    const listener = await bench.listen(systemNetwork);
    const preferredLocalPort = await freePort();
    const connection = await open(listener.endpoint.port, { preferredLocalPort, localAddress: "127.0.0.1" });
    expect(connection.local).toEqual({ host: "127.0.0.1", port: preferredLocalPort });
    expect((await bench.accept(listener)).remote.port).toBe(preferredLocalPort);
  });

  it("comes from any port where the preferred one is taken", async () => {
    const listener = await bench.listen(systemNetwork);
    const taken = await bench.listen(systemNetwork);
    const connection = await open(listener.endpoint.port, { preferredLocalPort: taken.endpoint.port });
    expect(connection.local.port).not.toBe(taken.endpoint.port);
    await bench.accept(listener);
  });

  it("comes from any port where the same connection exists already", async () => {
    const listener = await bench.listen(systemNetwork);
    const preferredLocalPort = await freePort();
    const ends = { preferredLocalPort, localAddress: "127.0.0.1" };
    const first = await open(listener.endpoint.port, ends);
    const second = await open(listener.endpoint.port, ends);
    expect(first.local.port).toBe(preferredLocalPort);
    expect(second.local.port).not.toBe(preferredLocalPort);
    await bench.accept(listener);
    await bench.accept(listener);
  });

  it("comes from the preferred port again and again, to another port each time", async () => {
    const preferredLocalPort = await freePort();
    for (let round = 0; round < 3; round += 1) {
      const listener = await bench.listen(systemNetwork);
      const connection = await open(listener.endpoint.port, { preferredLocalPort, localAddress: "127.0.0.1" });
      const peer = await bench.accept(listener);
      expect(connection.local.port).toBe(preferredLocalPort);
      // We end first, so it is our side that waits out TIME_WAIT.
      connection.stream.end();
      connection.stream.resume();
      peer.stream.resume().once("end", () => peer.stream.end());
      await connection.closed;
    }
  });

  it.each<ErrorCode>(["NET_ADDRESS_IN_USE", "NET_ADDRESS_UNAVAILABLE", "NET_PERMISSION", "NET_UNSUPPORTED"])(
    "tries any port after %s",
    async (code) => {
      const listener = await bench.listen(systemNetwork);
      const network = new Scripted((options) =>
        options.localPort === undefined
          ? systemNetwork.connect(options)
          : Promise.reject(new SallyportError(code, "no")),
      );
      await open(listener.endpoint.port, { network, preferredLocalPort: 20, localAddress: "127.0.0.1" });
      expect(network.asked.map(({ localPort, localAddress }) => [localPort, localAddress])).toEqual([
        [20, "127.0.0.1"],
        [undefined, "127.0.0.1"],
      ]);
      await bench.accept(listener);
    },
  );

  it("does not try again where another port cannot help", async () => {
    const port = await freePort();
    const network = new Scripted((options) => systemNetwork.connect(options));
    const attempt = open(port, { network, preferredLocalPort: await freePort(), localAddress: "127.0.0.1" });
    await expect(attempt).rejects.toMatchObject({ code: "NET_REFUSED" });
    expect(network.asked).toHaveLength(1);
  });

  it("asks for no port where none is preferred, or L-1 would be 0", async () => {
    const network = new Scripted((options) => systemNetwork.connect(options));
    const listener = await bench.listen(systemNetwork);
    await open(listener.endpoint.port, { network });
    await open(listener.endpoint.port, { network, preferredLocalPort: 0 });
    expect(network.asked.map(({ localPort }) => localPort)).toEqual([undefined, undefined]);
  });

  it("gives up after its time and says that a firewall may be between", async () => {
    const network = silent();
    const attempt = open(2000, { network, host: "192.0.2.1", timeoutMs: 20, preferredLocalPort: 20 });
    await expect(attempt).rejects.toMatchObject({
      code: "NET_TIMEOUT",
      message: "could not connect to 192.0.2.1:2000: no answer within 0.02 s; a firewall between us?",
      hint: expect.stringContaining("passive"),
    });
    expect(network.asked).toHaveLength(1);
  });

  it("an abort rejects with the reason untouched", async () => {
    const reason = { not: "even an error" };
    const controller = new AbortController();
    const attempt = open(2000, { network: silent(), signal: controller.signal });
    controller.abort(reason);
    await expect(attempt).rejects.toBe(reason);
    await expect(open(2000, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
