// A broken connection must not look like a complete one, where the network can tell them apart.
import { equal, notEqual } from "node:assert/strict";
import { isSallyportError } from "../../protocol/error.ts";
import { matches } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { type Bench, directions } from "./bench.ts";
import { ending, mebibyte, readExactly, send } from "./traffic.ts";

export function resetFacts({ describe, test }: Facts, bench: Bench): void {
  for (const direction of directions) {
    describe(`reset of an ${direction} connection`, () => {
      test("our reset closes our side as local/reset", async () => {
        const { near } = await bench.pair(direction);
        near.reset();
        matches(await near.closed, { by: "local", how: "reset" });
      });

      test("our reset is no clean end at the peer, where the network can do that", async () => {
        const { near, far } = await bench.pair(direction);
        await Promise.all([send(near.stream, "half a file"), readExactly(far.stream, 11)]);
        near.reset();
        const seen = await ending(far.stream);
        if (!bench.fixture.capabilities.resetReachesPeer) return;
        equal(seen, "broken");
        matches(await far.closed, { by: "remote", how: "reset" });
      });

      test("the peer's reset is no clean end here, where the network can see it", async () => {
        const { near, far } = await bench.pair(direction);
        await Promise.all([send(far.stream, "half a file"), readExactly(near.stream, 11)]);
        far.reset();
        const seen = await ending(near.stream);
        if (!bench.fixture.capabilities.seesPeerReset) return;
        equal(seen, "broken");
        matches(await near.closed, { by: "remote", how: "reset", error: { code: "NET_RESET" } });
      });

      test("a reset behind unread bytes is no clean end here, where the network can see it", async () => {
        const { near, far } = await bench.pair(direction);
        await send(far.stream, Buffer.alloc(mebibyte));
        far.reset();
        const seen = await ending(near.stream);
        if (bench.fixture.capabilities.seesPeerReset) equal(seen, "broken");
      });

      test("our reset behind unread bytes is no clean end at the peer, where the network can do that", async () => {
        const { near, far } = await bench.pair(direction);
        await send(near.stream, Buffer.alloc(mebibyte));
        near.reset();
        const seen = await ending(far.stream);
        if (bench.fixture.capabilities.resetReachesPeer) equal(seen, "broken");
      });

      test("a reset at the same moment as end-of-file is harmless", async () => {
        const { near } = await bench.pair(direction);
        near.stream.end("last words");
        near.reset();
        matches(await near.closed, { by: "local", how: "reset" });
      });

      test("writing to a peer that reset breaks the stream with a SallyportError", async () => {
        const { near, far } = await bench.pair(direction);
        const broken = new Promise<unknown>((resolve) => near.stream.once("error", resolve));
        far.reset();
        await ending(near.stream);
        const chunk = Buffer.alloc(65_536);
        const pump = (): void => {
          if (near.stream.destroyed) return;
          near.stream.write(chunk, (error) => {
            if (!error) setImmediate(pump);
          });
        };
        pump();
        const close = await near.closed;
        notEqual(close.how, "fin");
        if (close.by === "remote") equal(isSallyportError(await broken), true);
      });

      test("a write that our reset cut off does not succeed", async () => {
        const { near } = await bench.pair(direction);
        const written = new Promise<unknown>((resolve) =>
          near.stream.write(Buffer.alloc(bench.moreThanInFlight), resolve),
        );
        near.reset();
        equal(isSallyportError(await written), true);
      });

      test("a reader that waits wakes up on our own reset", async () => {
        const { near } = await bench.pair(direction);
        const woken = ending(near.stream);
        near.reset();
        equal(await woken, "broken");
      });

      test("reset twice, and after the end, is harmless", async () => {
        const { near } = await bench.pair(direction);
        near.reset();
        near.reset();
        await near.closed;
        near.reset();
        matches(await near.closed, { by: "local", how: "reset" });
      });
    });
  }
}
