// What only this machine's network does; what every network does is in test/conformance.
import { createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/network/system-clock.ts";
import { SystemNetwork, systemNetwork } from "../../src/network/system-network.ts";
import { systemRandom } from "../../src/network/system-random.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { limits } from "../../src/protocol/limits.ts";
import { anyPort, Bench, never } from "../../src/testing/network/bench.ts";
import { collect, ending, roundTrips, send, sendAll } from "../../src/testing/network/traffic.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { freePort, freePortRange } from "../support/free-port.ts";
import { watchResources } from "../support/resources.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
const bench = new Bench(() => openSystemFixture());

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

describe("listening on this machine", () => {
  it("every address is reached by IPv4, and an IPv4 peer is told as one", async () => {
    const listener = await bench.listen(systemNetwork, { host: "" });
    const far = await bench.connect(systemNetwork, listener.endpoint.port);
    const near = await bench.accept(listener);
    expect(near.local).toEqual({ host: "127.0.0.1", port: listener.endpoint.port });
    expect(near.remote).toEqual(far.local);
  });

  it("where any port will do, one that is drawn and taken is passed over", async () => {
    const network = new SystemNetwork(systemClock, { below: () => 0 });
    const [first, second] = [await bench.listen(network), await bench.listen(network)];
    expect(second.endpoint.port).not.toBe(first.endpoint.port);
    await bench.connect(network, second.endpoint.port);
  });

  it.skipIf(!hasIpv6)("every address is reached by IPv6 too (skipped without ::1)", async () => {
    const listener = await bench.listen(systemNetwork, { host: "" });
    await bench.connect(systemNetwork, listener.endpoint.port, { host: "::1" });
    expect((await bench.accept(listener)).local.host).toBe("::1");
  });

  it.skipIf(!hasIpv6)("localhost is 127.0.0.1 and ::1, at one port (skipped without ::1)", async () => {
    const listener = await bench.listen(systemNetwork, { host: "localhost" });
    for (const host of ["::1", "127.0.0.1"]) {
      await bench.connect(systemNetwork, listener.endpoint.port, { host });
      const near = await bench.accept(listener);
      expect([near.local, near.remote.host]).toEqual([{ host, port: listener.endpoint.port }, host]);
    }
    await listener[Symbol.asyncDispose]();
    for (const host of ["::1", "127.0.0.1"]) {
      const late = bench.connect(systemNetwork, listener.endpoint.port, { host });
      await expect(late).rejects.toMatchObject({ code: "NET_REFUSED" });
    }
  });

  it.skipIf(!hasIpv6)(
    "a port that another program has at ::1 is in use for localhost (skipped without ::1)",
    async () => {
      const port = await freePort();
      const ports = { first: port, last: port };
      await bench.listen(systemNetwork, { host: "::1", ports });
      await expect(bench.listen(systemNetwork, { host: "localhost", ports })).rejects.toMatchObject({
        code: "NET_ADDRESS_IN_USE",
        message: `could not listen on [::1]:${port}: address already in use`,
      });
      // Nothing is left of the half that was free.
      await bench.listen(systemNetwork, { ports });
    },
  );

  it("a taken port is told with its address and a hint", async () => {
    const { endpoint } = await bench.listen(systemNetwork);
    const ports = { first: endpoint.port, last: endpoint.port };
    await expect(bench.listen(systemNetwork, { ports })).rejects.toMatchObject({
      code: "NET_ADDRESS_IN_USE",
      message: `could not listen on 127.0.0.1:${endpoint.port}: address already in use`,
      hint: expect.stringContaining("ss -ltnp"),
      details: { phase: "listen", local: `127.0.0.1:${endpoint.port}`, system: "EADDRINUSE" },
    });
  });

  it("a taken range is told as a range", async () => {
    const ports = await freePortRange(2);
    await bench.listen(systemNetwork, { ports });
    await bench.listen(systemNetwork, { ports });
    await expect(bench.listen(systemNetwork, { ports })).rejects.toMatchObject({
      code: "NET_ADDRESS_IN_USE",
      message: `could not listen on 127.0.0.1:${ports.first}-${ports.last}: every port of the range is in use`,
    });
  });

  it("the ports of a range are tried in the order that the randomness gives", async () => {
    const ports = await freePortRange(3);
    const last = { below: (limit: number) => limit - 1 };
    const first = { below: () => 0 };
    const high = await bench.listen(new SystemNetwork(systemClock, last), { ports });
    expect(high.endpoint.port).toBe(ports.last);
    const low = await bench.listen(new SystemNetwork(systemClock, first), { ports });
    expect(low.endpoint.port).toBe(ports.first);
  });

  it("an address that is not ours is told as such, and no other port is tried", async () => {
    const attempt = bench.listen(systemNetwork, { host: "192.0.2.1", ports: { first: 40_000, last: 40_010 } });
    await expect(attempt).rejects.toMatchObject({
      code: "NET_ADDRESS_UNAVAILABLE",
      hint: expect.stringContaining("ip address"),
    });
  });

  it("more connections than the backlog are reset, and those before them are kept", async () => {
    const listener = await bench.listen(systemNetwork);
    const outcomes = Array.from({ length: limits.pendingConnectionsMax + 20 }, async () => {
      try {
        const { stream } = await bench.connect(systemNetwork, listener.endpoint.port);
        stream.write("?");
        return await ending(stream);
      } catch (error) {
        return isSallyportError(error) ? error.code : "?";
      }
    });
    let refused = 0;
    const enoughRefused = new Promise<void>((resolve) => {
      for (const outcome of outcomes) {
        void outcome.then(() => {
          refused += 1;
          if (refused === 20) resolve();
        });
      }
    });
    await enoughRefused;
    for (let count = 0; count < limits.pendingConnectionsMax; count += 1) {
      (await bench.accept(listener)).stream.end("welcome");
    }
    const seen = await Promise.all(outcomes);
    expect(seen.filter((outcome) => outcome === "end")).toHaveLength(limits.pendingConnectionsMax);
  });

  it("a connection that was reset before it was accepted is not given to anybody", async () => {
    const listener = await bench.listen(systemNetwork);
    const gone = await bench.connect(systemNetwork, listener.endpoint.port);
    const stays = await bench.connect(systemNetwork, listener.endpoint.port);
    gone.reset();
    await gone.closed;
    await roundTripsBeside();
    const near = await bench.accept(listener);
    expect(near.remote).toEqual(stays.local);
  });
});

/** Gives the event loop work, so that what is on its way arrives. */
async function roundTripsBeside(): Promise<void> {
  const { near, far } = await bench.pair("outgoing");
  await roundTrips(near, far, 20);
}

describe("connecting from this machine", () => {
  it("a refused connection is told with its address, cause and hint", async () => {
    const port = await freePort();
    await expect(bench.connect(systemNetwork, port)).rejects.toMatchObject({
      code: "NET_REFUSED",
      message: `could not connect to 127.0.0.1:${port}: connection refused`,
      details: { phase: "connect", remote: `127.0.0.1:${port}`, system: "ECONNREFUSED" },
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("a name with several addresses is refused like one", async () => {
    const port = await freePort();
    await expect(bench.connect(systemNetwork, port, { host: "localhost" })).rejects.toMatchObject({
      code: "NET_REFUSED",
      message: `could not connect to localhost:${port}: connection refused`,
    });
  });

  it("a name is connected from the chosen local address, in its family", async () => {
    const listener = await bench.listen(systemNetwork);
    const ends = { host: "localhost", localAddress: "127.0.0.3" };
    const near = await bench.connect(systemNetwork, listener.endpoint.port, ends);
    expect(near.local.host).toBe("127.0.0.3");
    expect((await bench.accept(listener)).remote.host).toBe("127.0.0.3");
  });

  it("a local port that is listened on is told as taken", async () => {
    const listener = await bench.listen(systemNetwork);
    const taken = await bench.listen(systemNetwork);
    const ends = { localAddress: "127.0.0.1", localPort: taken.endpoint.port };
    await expect(bench.connect(systemNetwork, listener.endpoint.port, ends)).rejects.toMatchObject({
      code: "NET_ADDRESS_IN_USE",
      hint: expect.stringContaining("TIME_WAIT"),
    });
  });

  it("a local address that is not ours is told as such", async () => {
    const listener = await bench.listen(systemNetwork);
    const attempt = bench.connect(systemNetwork, listener.endpoint.port, { localAddress: "192.0.2.1" });
    await expect(attempt).rejects.toMatchObject({ code: "NET_ADDRESS_UNAVAILABLE" });
  });
});

describe("a connection of this machine", () => {
  it("buffers as much as streamBufferBytes says, on both sides", async () => {
    const { near, far } = await bench.pair("outgoing");
    for (const { stream } of [near, far]) {
      expect(stream.readableHighWaterMark).toBe(limits.streamBufferBytes);
      expect(stream.writableHighWaterMark).toBe(limits.streamBufferBytes);
    }
  });

  it("a write after the end fails as CLOSED", async () => {
    const { near } = await bench.pair("outgoing");
    const failed = new Promise((resolve) => near.stream.once("error", resolve));
    near.stream.end();
    near.stream.write("too late");
    expect(await failed).toMatchObject({ code: "CLOSED" });
    expect(await near.closed).toMatchObject({ by: "local", how: "reset", error: { code: "CLOSED" } });
  });

  it("a write that fails gives its callback a SallyportError", async () => {
    const { near, far } = await bench.pair("outgoing");
    const failed = new Promise((resolve) => near.stream.write(Buffer.alloc(64_000_000), resolve));
    far.reset();
    // Whether the write or the read sees the reset first is the kernel's choice.
    expect(["NET_RESET", "CLOSED"]).toContain(((await failed) as { code?: string } | null)?.code);
  });

  it("a write that our own reset cut off gives its callback an error, not success", async () => {
    const { near } = await bench.pair("outgoing");
    const failed = new Promise((resolve) => near.stream.write(Buffer.alloc(64_000_000), resolve));
    near.reset();
    expect(await failed).toMatchObject({ code: "CLOSED" });
  });

  it("that nobody watches does not end the program when it breaks", async () => {
    const server: Server = createServer();
    const arrived = new Promise<Socket>((resolve) => server.once("connection", resolve));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const connection = await systemNetwork.connect({ host: "127.0.0.1", port, signal: never });
    (await arrived).resetAndDestroy();
    expect(await connection.closed).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
    server.close();
  });

  it("a foreign error put into its stream is told as ours and as an inner one", async () => {
    const { near } = await bench.pair("outgoing");
    near.stream.destroy(new Error("surprise"));
    expect(await near.closed).toMatchObject({ error: { code: "NET_FAILED" } });
  });

  it("destroyed without a word counts as reset by us", async () => {
    const { near } = await bench.pair("outgoing");
    near.stream.destroy();
    expect(await near.closed).toEqual({ by: "local", how: "reset" });
  });

  it("disposal gives up on a peer that took everything and never ends, and leaves it its bytes", async () => {
    let force = (): void => {};
    const stopped: Clock = {
      nowMs: () => 0,
      after: (_delayMs, callback) => {
        force = callback;
        return () => {};
      },
    };
    const network = new SystemNetwork(stopped, systemRandom);
    const listener = await network.listen({ host: "127.0.0.1", ports: anyPort, signal: never });
    const far = await bench.connect(systemNetwork, listener.endpoint.port);
    const near = await listener.accept({ signal: never });
    const disposed = near[Symbol.asyncDispose]();
    await send(far.stream, "stray");
    expect(await ending(far.stream)).toBe("end");
    force();
    await disposed;
    expect(await near.closed).toEqual({ by: "remote", how: "timeout" });
    await listener[Symbol.asyncDispose]();
  });

  it("half-close works with a name and with IPv6-mapped listeners alike", async () => {
    const listener = await bench.listen(systemNetwork, { host: "" });
    const far = await bench.connect(systemNetwork, listener.endpoint.port);
    const near = await bench.accept(listener);
    await sendAll(far.stream, "ask");
    expect(String(await collect(near.stream))).toBe("ask");
    const [answer] = await Promise.all([collect(far.stream), sendAll(near.stream, "answer")]);
    expect(String(answer)).toBe("answer");
  });
});
