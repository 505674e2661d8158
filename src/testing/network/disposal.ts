// Disposal is graceful, then forced; idempotent; nothing is left.
import { equal, ok } from "node:assert/strict";
import { matches, rejectsLike } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { type Bench, directions } from "./bench.ts";
import { collect, ending, mebibyte, randomPayload, readExactly, send, sendAll } from "./traffic.ts";

export function disposalFacts({ describe, test }: Facts, bench: Bench): void {
  for (const direction of directions) {
    describe(`disposal of an ${direction} connection`, () => {
      test("flushes what was written and ends", async () => {
        const { near, far } = await bench.pair(direction);
        const payload = randomPayload(3 * mebibyte);
        near.stream.write(payload);
        const received = collect(far.stream);
        const disposed = near[Symbol.asyncDispose]();
        equal((await received).equals(payload), true);
        far.stream.end();
        await disposed;
        matches(await near.closed, { by: "local", how: "fin" });
      });

      test("loses nothing of what was written when the peer's bytes were not read", async () => {
        const { near, far } = await bench.pair(direction);
        const payload = randomPayload(mebibyte);
        await send(far.stream, Buffer.alloc(mebibyte));
        near.stream.write(payload);
        const received = collect(far.stream).finally(() => far.stream.end());
        await near[Symbol.asyncDispose]();
        equal((await received).equals(payload), true);
        matches(await near.closed, { by: "local", how: "fin" });
      });

      test("twice, at the same time and later, is harmless", async () => {
        const { near, far } = await bench.pair(direction);
        void ending(far.stream).then(() => far.stream.end());
        await Promise.all([near[Symbol.asyncDispose](), near[Symbol.asyncDispose]()]);
        await near[Symbol.asyncDispose]();
        equal(near.stream.destroyed, true);
      });

      test("wakes a reader that waits", async () => {
        const { near, far } = await bench.pair(direction);
        const woken = ending(near.stream);
        void ending(far.stream).then(() => far.stream.end());
        await near[Symbol.asyncDispose]();
        ok((["end", "broken"] as readonly unknown[]).includes(await woken));
      });

      test("with the peer gone is harmless", async () => {
        const { near, far } = await bench.pair(direction);
        far.reset();
        await far.closed;
        await near[Symbol.asyncDispose]();
        await near[Symbol.asyncDispose]();
        equal(near.stream.destroyed, true);
      });
    });
  }

  describe("disposal of a connection", () => {
    test("is forced within a bound when the peer neither reads nor ends, and is not a clean end", async () => {
      const { near, far } = await bench.pair("outgoing");
      const payload = Buffer.alloc(bench.moreThanInFlight);
      near.stream.write(payload);
      await near[Symbol.asyncDispose]();
      matches(await near.closed, { by: "local", how: "reset" });
      const seen = await ending(far.stream);
      if (bench.fixture.capabilities.resetReachesPeer) equal(seen, "broken");
    });
  });

  describe("disposal of a listener", () => {
    test("ends connections that nobody accepted", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const far = await bench.connect(bench.fixture.peer, listener.endpoint.port);
      await listener[Symbol.asyncDispose]();
      const seen = await ending(far.stream);
      if (bench.fixture.capabilities.resetReachesPeer) equal(seen, "broken");
    });

    test("leaves accepted connections alone", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const far = await bench.connect(bench.fixture.peer, listener.endpoint.port);
      const near = await bench.accept(listener);
      await listener[Symbol.asyncDispose]();
      await send(far.stream, "still here");
      equal(String(await readExactly(near.stream, 10)), "still here");
    });

    test("frees its port", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const { port } = listener.endpoint;
      await listener[Symbol.asyncDispose]();
      await rejectsLike(bench.connect(bench.fixture.peer, port), { code: "NET_REFUSED" });
      const again = await bench.listen(bench.fixture.network, { ports: { first: port, last: port } });
      equal(again.endpoint.port, port);
    });

    test("frees its port while a connection that it accepted lives on", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const { port } = listener.endpoint;
      const far = await bench.connect(bench.fixture.peer, port);
      const near = await bench.accept(listener);
      await listener[Symbol.asyncDispose]();
      const again = await bench.listen(bench.fixture.network, { ports: { first: port, last: port } });
      equal(again.endpoint.port, port);
      const [text] = await Promise.all([collect(near.stream), sendAll(far.stream, "older")]);
      equal(String(text), "older");
    });

    test("twice, at the same time and later, is harmless", async () => {
      const listener = await bench.listen(bench.fixture.network);
      await Promise.all([listener[Symbol.asyncDispose](), listener[Symbol.asyncDispose]()]);
      await listener[Symbol.asyncDispose]();
      await rejectsLike(bench.connect(bench.fixture.peer, listener.endpoint.port), {
        code: "NET_REFUSED",
      });
    });
  });
}
