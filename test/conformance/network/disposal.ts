// Disposal is graceful, then forced; idempotent; nothing is left.
import { describe, expect, it } from "vitest";
import { type Bench, directions } from "./bench.ts";
import { collect, ending, mebibyte, randomPayload, readExactly, send, sendAll } from "./traffic.ts";

export function describeDisposal(bench: Bench): void {
  describe.each(directions)("disposal of an %s connection", (direction) => {
    it("flushes what was written and ends", async () => {
      const { near, far } = await bench.pair(direction);
      const payload = randomPayload(3 * mebibyte);
      near.stream.write(payload);
      const received = collect(far.stream);
      const disposed = near[Symbol.asyncDispose]();
      expect((await received).equals(payload)).toBe(true);
      far.stream.end();
      await disposed;
      expect(await near.closed).toMatchObject({ by: "local", how: "fin" });
    });

    it("loses nothing of what was written when the peer's bytes were not read", async () => {
      const { near, far } = await bench.pair(direction);
      const payload = randomPayload(mebibyte);
      await send(far.stream, Buffer.alloc(mebibyte));
      near.stream.write(payload);
      const received = collect(far.stream).finally(() => far.stream.end());
      await near[Symbol.asyncDispose]();
      expect((await received).equals(payload)).toBe(true);
      expect(await near.closed).toMatchObject({ by: "local", how: "fin" });
    });

    it("twice, at the same time and later, is harmless", async () => {
      const { near, far } = await bench.pair(direction);
      void ending(far.stream).then(() => far.stream.end());
      await Promise.all([near[Symbol.asyncDispose](), near[Symbol.asyncDispose]()]);
      await near[Symbol.asyncDispose]();
      expect(near.stream.destroyed).toBe(true);
    });

    it("wakes a reader that waits", async () => {
      const { near, far } = await bench.pair(direction);
      const woken = ending(near.stream);
      void ending(far.stream).then(() => far.stream.end());
      await near[Symbol.asyncDispose]();
      expect(["end", "broken"]).toContain(await woken);
    });

    it("with the peer gone is harmless", async () => {
      const { near, far } = await bench.pair(direction);
      far.reset();
      await far.closed;
      await near[Symbol.asyncDispose]();
      await near[Symbol.asyncDispose]();
      expect(near.stream.destroyed).toBe(true);
    });
  });

  describe("disposal of a connection", () => {
    it("is forced within a bound when the peer neither reads nor ends, and is not a clean end", async () => {
      const { near, far } = await bench.pair("outgoing");
      const payload = Buffer.alloc(128 * mebibyte);
      near.stream.write(payload);
      await near[Symbol.asyncDispose]();
      expect(await near.closed).toMatchObject({ by: "local", how: "reset" });
      const seen = await ending(far.stream);
      if (bench.fixture.capabilities.resetReachesPeer) expect(seen).toBe("broken");
    });
  });

  describe("disposal of a listener", () => {
    it("ends connections that nobody accepted", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const far = await bench.connect(bench.fixture.peer, listener.endpoint.port);
      await listener[Symbol.asyncDispose]();
      const seen = await ending(far.stream);
      if (bench.fixture.capabilities.resetReachesPeer) expect(seen).toBe("broken");
    });

    it("leaves accepted connections alone", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const far = await bench.connect(bench.fixture.peer, listener.endpoint.port);
      const near = await bench.accept(listener);
      await listener[Symbol.asyncDispose]();
      await send(far.stream, "still here");
      expect(String(await readExactly(near.stream, 10))).toBe("still here");
    });

    it("frees its port", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const { port } = listener.endpoint;
      await listener[Symbol.asyncDispose]();
      await expect(bench.connect(bench.fixture.peer, port)).rejects.toMatchObject({ code: "NET_REFUSED" });
      const again = await bench.listen(bench.fixture.network, { ports: { first: port, last: port } });
      expect(again.endpoint.port).toBe(port);
    });

    it("frees its port while a connection that it accepted lives on", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const { port } = listener.endpoint;
      const far = await bench.connect(bench.fixture.peer, port);
      const near = await bench.accept(listener);
      await listener[Symbol.asyncDispose]();
      const again = await bench.listen(bench.fixture.network, { ports: { first: port, last: port } });
      expect(again.endpoint.port).toBe(port);
      const [text] = await Promise.all([collect(near.stream), sendAll(far.stream, "older")]);
      expect(String(text)).toBe("older");
    });

    it("twice, at the same time and later, is harmless", async () => {
      const listener = await bench.listen(bench.fixture.network);
      await Promise.all([listener[Symbol.asyncDispose](), listener[Symbol.asyncDispose]()]);
      await listener[Symbol.asyncDispose]();
      await expect(bench.connect(bench.fixture.peer, listener.endpoint.port)).rejects.toMatchObject({
        code: "NET_REFUSED",
      });
    });
  });
}
