// Listening: which port, in which order, how it fails, how it is given up.
import { equal, ok } from "node:assert/strict";
import type { Listener } from "../../platform/network.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { rejectsLike, rejectsWith } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { type Bench, never } from "./bench.ts";
import { collect, readExactly, send, sendAll } from "./traffic.ts";

const taken = ["NET_ADDRESS_IN_USE", "SSH_FORWARD_REFUSED"];

/** Listeners of the peer on `count` ports in a row. */
async function neighbours(bench: Bench, count: number): Promise<Listener[]> {
  for (;;) {
    const first = await bench.listen(bench.fixture.peer);
    const row = [first];
    try {
      for (let step = 1; step < count; step += 1) {
        const port = first.endpoint.port + step;
        row.push(await bench.listen(bench.fixture.peer, { ports: { first: port, last: port } }));
      }
      return row;
    } catch (error) {
      if (!isSallyportError(error)) throw error;
    }
  }
}

export function listenFacts({ describe, test }: Facts, bench: Bench): void {
  describe("listen", () => {
    test("on port 0 gets a port and says which", async () => {
      const listener = await bench.listen(bench.fixture.network);
      ok(listener.endpoint.port > 0);
      equal(listener.endpoint.host, bench.fixture.loopback);
    });

    test("can be reached by its own network", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const [from, to] = await Promise.all([
        bench.connect(bench.fixture.network, listener.endpoint.port),
        bench.accept(listener),
      ]);
      const [text] = await Promise.all([collect(to.stream), sendAll(from.stream, "myself")]);
      equal(String(text), "myself");
    });

    test("on a range takes the port that is free", async () => {
      const [first, second, third] = (await neighbours(bench, 3)) as [Listener, Listener, Listener];
      await second[Symbol.asyncDispose]();
      const ports = { first: first.endpoint.port, last: third.endpoint.port };
      const listener = await bench.listen(bench.fixture.network, { ports });
      equal(listener.endpoint.port, second.endpoint.port);
    });

    test("on a range that is all taken fails", async () => {
      const [first, second] = (await neighbours(bench, 2)) as [Listener, Listener];
      const ports = { first: first.endpoint.port, last: second.endpoint.port };
      const error: unknown = await bench.listen(bench.fixture.network, { ports }).catch((reason: unknown) => reason);
      equal(isSallyportError(error) && taken.includes(error.code), true);
    });

    test("with a signal that is already aborted rejects with its reason", async () => {
      const reason = new Error("changed my mind");
      const attempt = bench.listen(bench.fixture.network, { signal: AbortSignal.abort(reason) });
      await rejectsWith(attempt, reason);
    });

    test("aborted on the way rejects with the reason untouched and leaves the port free", async () => {
      const held = await bench.listen(bench.fixture.peer);
      await held[Symbol.asyncDispose]();
      const ports = { first: held.endpoint.port, last: held.endpoint.port };
      const reason = { not: "even an error" };
      const controller = new AbortController();
      const attempt = bench.listen(bench.fixture.network, { ports, signal: controller.signal });
      controller.abort(reason);
      await rejectsWith(attempt, reason);
      const again = await bench.listen(bench.fixture.network, { ports });
      equal(again.endpoint.port, held.endpoint.port);
    });

    test("an abort after the listener was made does not touch it", async () => {
      const controller = new AbortController();
      const listener = await bench.listen(bench.fixture.network, { signal: controller.signal });
      controller.abort(new Error("too late"));
      const [far, near] = await Promise.all([
        bench.connect(bench.fixture.peer, listener.endpoint.port),
        bench.accept(listener),
      ]);
      const [text] = await Promise.all([collect(near.stream), sendAll(far.stream, "still here")]);
      equal(String(text), "still here");
    });
  });

  describe("accept", () => {
    test("gives connections in the order in which they came", async () => {
      const listener = await bench.listen(bench.fixture.network);
      for (const name of ["first", "second", "third"]) {
        const { stream } = await bench.connect(bench.fixture.peer, listener.endpoint.port);
        await sendAll(stream, name);
      }
      for (const name of ["first", "second", "third"]) {
        const { stream } = await bench.accept(listener);
        equal(String(await collect(stream)), name);
      }
    });

    test("serves several waiting calls in their order", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const waiting = [bench.accept(listener), bench.accept(listener)];
      for (const [index, name] of ["first", "second"].entries()) {
        const { stream } = await bench.connect(bench.fixture.peer, listener.endpoint.port);
        await sendAll(stream, name);
        equal(String(await collect((await (waiting[index] as (typeof waiting)[0])).stream)), name);
      }
    });

    test("gives connections that came before it was called, with the bytes and the end that they sent", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const far = await bench.connect(bench.fixture.peer, listener.endpoint.port);
      await sendAll(far.stream, "early bird");
      const near = await bench.accept(listener);
      equal(String(await collect(near.stream)), "early bird");
    });

    test("aborted rejects with the reason untouched, and the next call gets the next connection", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const reason = { not: "even an error" };
      const controller = new AbortController();
      const attempt = listener.accept({ signal: controller.signal });
      controller.abort(reason);
      await rejectsWith(attempt, reason);
      await rejectsWith(listener.accept({ signal: AbortSignal.abort(reason) }), reason);
      const far = await bench.connect(bench.fixture.peer, listener.endpoint.port);
      const near = await bench.accept(listener);
      await send(far.stream, "not lost");
      equal(String(await readExactly(near.stream, 8)), "not lost");
    });

    test("rejects with CLOSED when the listener is disposed, before and after", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const waiting = rejectsLike(listener.accept({ signal: never }), { code: "CLOSED" });
      await listener[Symbol.asyncDispose]();
      await waiting;
      await rejectsLike(listener.accept({ signal: never }), { code: "CLOSED" });
    });
  });
}
