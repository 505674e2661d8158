// What is uploaded: a file of this machine, a stream that is read once, a file of another server.
import { stat } from "node:fs/promises";
import type { TransferOptions } from "../client/transfer-options.ts";
import { translating } from "../filesystem/fs-error.ts";
import { identify } from "./identify.ts";
import { BufferPool, readLocal } from "./local-file.ts";
import type { ServerSession } from "./server-session.ts";
import type { StoreSource } from "./store-order.ts";

export function localSource(path: string): StoreSource {
  let buffers = new BufferPool();
  return {
    identify: async () => {
      const [{ size, mtimeMs }] = await translating(path, () => Promise.all([stat(path), assertReadable(path)]));
      buffers = new BufferPool(size);
      return { size, modifiedMs: Math.floor(mtimeMs) };
    },
    open: (offset) => readLocal(path, offset, undefined, buffers),
    giveBack: (piece) => buffers.giveBack(piece),
    seekable: true,
  };
}

/** A file that cannot be read must not make an empty one at the server. */
async function assertReadable(path: string): Promise<void> {
  for await (const _ of readLocal(path, 0, 1, new BufferPool(1))) return;
}

export function streamSource(stream: AsyncIterable<Uint8Array>): StoreSource {
  return { identify: async () => ({}), open: () => stream, seekable: false };
}

/** Disposal ends what is still being read. The session is asked for again after a failure that may have ended it. */
export function remoteSource(
  session: () => Promise<ServerSession>,
  path: string,
  options: TransferOptions,
): StoreSource & Disposable {
  const streams = new Set<{ destroy(): unknown }>();
  let opened: ServerSession | undefined;
  return {
    identify: async (signal) => {
      opened = await session();
      return await identify(opened, path, { signal });
    },
    open: (offset) => {
      if (opened === undefined) throw new Error("a source is identified before it is opened");
      // A checksum needs the bytes before as well.
      const verify = offset > 0 && options.verify === "hash" ? "size" : (options.verify ?? "size");
      const stream = opened.download(path, { ...options, verify, offset });
      stream.result.catch(() => {}); // the stream tells it as well
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
      return stream;
    },
    seekable: true,
    [Symbol.dispose]: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}
