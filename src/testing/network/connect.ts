// Connecting: where it leads, how it fails, how it is given up.
import { deepEqual, equal, ok } from "node:assert/strict";
import { isSallyportError } from "../../protocol/error.ts";
import { rejectsWith } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { anyPort, type Bench, never } from "./bench.ts";
import { collect, ending, sendAll } from "./traffic.ts";

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isSallyportError(error) ? error.code : `no SallyportError: ${String(error)}`;
}

/** A port where nobody listens: one that was just given back. */
async function closedPort(bench: Bench): Promise<number> {
  const listener = await bench.fixture.peer.listen({ host: bench.fixture.loopback, ports: anyPort, signal: never });
  await listener[Symbol.asyncDispose]();
  return listener.endpoint.port;
}

export function connectFacts({ describe, test }: Facts, bench: Bench): void {
  describe("connect", () => {
    test("gives both endpoints of the connection", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const near = await bench.connect(bench.fixture.network, listener.endpoint.port);
      const far = await bench.accept(listener);
      equal(near.remote.port, listener.endpoint.port);
      equal(far.local.port, listener.endpoint.port);
      if (bench.fixture.capabilities.chooseLocalEnd) deepEqual(near.local, far.remote);
    });

    test("gives the address of who came in, where the network can know", async () => {
      const { near, far } = await bench.pair("incoming");
      if (bench.fixture.capabilities.knowsRemoteAddress) deepEqual(near.remote, far.local);
      else equal(typeof near.remote.host, "string");
    });

    test("to a port where nobody listens is refused", async () => {
      const port = await closedPort(bench);
      const code = await codeOf(bench.connect(bench.fixture.network, port));
      ok((["NET_REFUSED", "SSH_CHANNEL_REFUSED"] as readonly unknown[]).includes(code));
    });

    test("to a host that does not exist fails with the name's error", async () => {
      const code = await codeOf(bench.connect(bench.fixture.network, 21, { host: "no-such-host.invalid" }));
      ok((["NET_DNS", "SSH_CHANNEL_REFUSED"] as readonly unknown[]).includes(code));
    });

    test("with a signal that is already aborted rejects with its reason and connects nothing", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const reason = new Error("changed my mind");
      const attempt = bench.connect(bench.fixture.network, listener.endpoint.port, {
        signal: AbortSignal.abort(reason),
      });
      await rejectsWith(attempt, reason);
    });

    test("aborted on the way rejects with the reason untouched and leaves no connection", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const reason = { not: "even an error" };
      const controller = new AbortController();
      const attempt = bench.connect(bench.fixture.network, listener.endpoint.port, { signal: controller.signal });
      controller.abort(reason);
      await rejectsWith(attempt, reason);
      // A later connection is served; if the aborted one reached the listener before it, it has come to its end.
      const near = await bench.connect(bench.fixture.network, listener.endpoint.port);
      await sendAll(near.stream, "later");
      let far = await bench.accept(listener);
      let text = await collect(far.stream).then(String, () => "");
      if (text === "") {
        far = await bench.accept(listener);
        text = String(await collect(far.stream));
      }
      equal(text, "later");
    });

    test("an abort after the connection was made does not touch it", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const controller = new AbortController();
      const near = await bench.connect(bench.fixture.network, listener.endpoint.port, { signal: controller.signal });
      controller.abort(new Error("too late"));
      const far = await bench.accept(listener);
      const [text] = await Promise.all([collect(far.stream), sendAll(near.stream, "still here")]);
      equal(String(text), "still here");
    });

    test("from a chosen local port comes from there, or is refused as unsupported", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const localPort = await closedPort(bench);
      const attempt = bench.connect(bench.fixture.network, listener.endpoint.port, {
        localAddress: bench.fixture.loopback,
        localPort,
      });
      if (!bench.fixture.capabilities.chooseLocalEnd) {
        equal(await codeOf(attempt), "NET_UNSUPPORTED");
        return;
      }
      const near = await attempt;
      equal(near.local.port, localPort);
      const far = await bench.accept(listener);
      equal(far.remote.port, localPort);
    });

    test("fifty at once all get their own bytes back", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const echo = async (): Promise<void> => {
        const { stream } = await bench.accept(listener);
        stream.pipe(stream);
      };
      const ask = async (question: string): Promise<string> => {
        const { stream } = await bench.connect(bench.fixture.network, listener.endpoint.port);
        const [answer] = await Promise.all([collect(stream), sendAll(stream, question)]);
        return String(answer);
      };
      const questions = Array.from({ length: 50 }, (_, index) => `question ${index} `.repeat(1000));
      const [answers] = await Promise.all([
        Promise.all(questions.map((question) => ask(question))),
        Promise.all(questions.map(() => echo())),
      ]);
      deepEqual(answers, questions);
    });

    test("fifty coming in at once are all accepted and get their own bytes back", async () => {
      const listener = await bench.listen(bench.fixture.network);
      const questions = Array.from({ length: 50 }, (_, index) => `question ${index} `.repeat(1000));
      const ask = async (question: string): Promise<string> => {
        const { stream } = await bench.connect(bench.fixture.peer, listener.endpoint.port);
        const [answer] = await Promise.all([collect(stream), sendAll(stream, question)]);
        return String(answer);
      };
      const answers = Promise.all(questions.map((question) => ask(question)));
      for (const _ of questions) {
        const { stream } = await bench.accept(listener);
        stream.pipe(stream);
      }
      deepEqual(await answers, questions);
    });

    test("a peer that accepts and goes away at once is seen", async () => {
      const listener = await bench.listen(bench.fixture.peer);
      const near = await bench.connect(bench.fixture.network, listener.endpoint.port);
      const far = await bench.accept(listener);
      far.reset();
      ok((["end", "broken"] as readonly unknown[]).includes(await ending(near.stream)));
    });
  });
}
