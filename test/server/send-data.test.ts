// From a file onto a connection that breaks: always in words of ours, never as a fault of the server.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/network/system-clock.ts";
import { sendData } from "../../src/server/send-data.ts";
import { bench, kinds, makeEnds } from "../data-connection/pairs.ts";
import { watchResources } from "../support/resources.ts";

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

const piece = Buffer.alloc(65_536);

for (const kind of kinds) {
  const options = () => ({ clock: systemClock, signal: new AbortController().signal, progress: { bytes: 0 } });

  test(`${kind}: broken by the client while the file is read`, async () => {
    const { near, far } = await makeEnds(kind);
    async function* file(): AsyncGenerator<Uint8Array> {
      yield piece;
      far.reset();
      await near.closed;
      yield piece;
    }
    await expect(sendData(file(), near, options())).rejects.toMatchObject({ code: "NET_RESET" });
  });

  test(`${kind}: closed here, without its own error`, async () => {
    const { near } = await makeEnds(kind);
    async function* file(): AsyncGenerator<Uint8Array> {
      yield piece;
      near.stream.destroy();
      yield piece;
    }
    await expect(sendData(file(), near, options())).rejects.toMatchObject({ code: "NET_RESET" });
  });

  test(`${kind}: broken while a piece is on its way`, async () => {
    const { near, far } = await makeEnds(kind);
    async function* file(): AsyncGenerator<Uint8Array> {
      for (;;) yield piece;
    }
    const sent = sendData(file(), near, options());
    far.stream.once("data", () => far.reset());
    await expect(sent).rejects.toMatchObject({ name: "SallyportError" });
  });
}
