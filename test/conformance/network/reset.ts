// A broken connection must not look like a complete one, where the network can tell them apart.
import { describe, expect, it } from "vitest";
import { isSallyportError } from "../../../src/protocol/error.ts";
import { type Bench, directions } from "./bench.ts";
import { ending, mebibyte, readExactly, send } from "./traffic.ts";

export function describeReset(bench: Bench): void {
  describe.each(directions)("reset of an %s connection", (direction) => {
    it("our reset closes our side as local/reset", async () => {
      const { near } = await bench.pair(direction);
      near.reset();
      expect(await near.closed).toMatchObject({ by: "local", how: "reset" });
    });

    it("our reset is no clean end at the peer, where the network can do that", async () => {
      const { near, far } = await bench.pair(direction);
      await Promise.all([send(near.stream, "half a file"), readExactly(far.stream, 11)]);
      near.reset();
      const seen = await ending(far.stream);
      if (!bench.fixture.capabilities.resetReachesPeer) return;
      expect(seen).toBe("broken");
      expect(await far.closed).toMatchObject({ by: "remote", how: "reset" });
    });

    it("the peer's reset is no clean end here, where the network can tell", async () => {
      const { near, far } = await bench.pair(direction);
      await Promise.all([send(far.stream, "half a file"), readExactly(near.stream, 11)]);
      far.reset();
      const seen = await ending(near.stream);
      if (!bench.fixture.capabilities.seesPeerReset) return;
      expect(seen).toBe("broken");
      expect(await near.closed).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
    });

    it("a reset behind unread bytes is no clean end here, where the network can tell", async () => {
      const { near, far } = await bench.pair(direction);
      await send(far.stream, Buffer.alloc(mebibyte));
      far.reset();
      const seen = await ending(near.stream);
      if (bench.fixture.capabilities.seesPeerReset) expect(seen).toBe("broken");
    });

    it("our reset behind unread bytes is no clean end at the peer, where the network can do that", async () => {
      const { near, far } = await bench.pair(direction);
      await send(near.stream, Buffer.alloc(mebibyte));
      near.reset();
      const seen = await ending(far.stream);
      if (bench.fixture.capabilities.resetReachesPeer) expect(seen).toBe("broken");
    });

    it("a reset at the same moment as end-of-file is harmless", async () => {
      const { near } = await bench.pair(direction);
      near.stream.end("last words");
      near.reset();
      expect(await near.closed).toMatchObject({ by: "local", how: "reset" });
    });

    it("writing to a peer that reset breaks the stream with a SallyportError", async () => {
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
      expect(close.how).not.toBe("fin");
      if (close.by === "remote") expect(isSallyportError(await broken)).toBe(true);
    });

    it("a write that our reset cut off is not told as done", async () => {
      const { near } = await bench.pair(direction);
      const told = new Promise<unknown>((resolve) => near.stream.write(Buffer.alloc(128 * mebibyte), resolve));
      near.reset();
      expect(isSallyportError(await told)).toBe(true);
    });

    it("a reader that waits wakes up on our own reset", async () => {
      const { near } = await bench.pair(direction);
      const woken = ending(near.stream);
      near.reset();
      expect(await woken).toBe("broken");
    });

    it("reset twice, and after the end, is harmless", async () => {
      const { near } = await bench.pair(direction);
      near.reset();
      near.reset();
      await near.closed;
      near.reset();
      expect(await near.closed).toMatchObject({ by: "local", how: "reset" });
    });
  });
}
