// One attempt of an upload by FTP, into the file itself: the file is its own part.

import { requireHolder } from "../client/client-calls.ts";
import type { Chunks } from "../client/compare-tail.ts";
import type { FtpClient } from "../client/ftp-client.ts";
import type { Progress, Transferred, UploadOptions } from "../client/transfer-options.ts";
import { refusesAppend, upload } from "../client/upload.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { printable } from "../protocol/printable.ts";
import { alreadyStored } from "./already-stored.ts";
import { bytesAt, identify } from "./identify.ts";
import { keepTimeThere } from "./keep-time.ts";
import { localSource, type StoreOrder } from "./store-order.ts";

export async function storeByFtp(client: FtpClient, order: StoreOrder): Promise<Transferred> {
  const { path, signal, state } = order;
  const from = order.resume === "no" ? 0 : await beginning(client, order);
  if (from === "all") return { bytes: 0, verified: "size", how: "nothing", wasThere: true };
  if (from === 0 && order.mayRetry && state.before === undefined) {
    // A server that hangs up when it is asked is asked once.
    state.before = "unknown";
    const before = await identify(client, path, { signal });
    state.before = before.size === undefined ? "nothing" : before;
  }
  const stored = await send(client, order, from);
  await keepTimeThere(client, path, order.modifiedMs, signal);
  return stored;
}

async function send(client: FtpClient, order: StoreOrder, from: number): Promise<Transferred> {
  const { path, source, signal, verify, type, onProgress, onDataComplete, note } = order;
  const { size } = order.identity;
  let isAnnounced = false;
  const report = ({ bytes }: Progress): void => onProgress({ bytes: from + bytes, size });
  const options: UploadOptions = {
    signal,
    verify,
    type,
    append: from > 0,
    onProgress: report,
    // What was sent before may be on its way still, and be in no file.
    onAnnounced: () => {
      isAnnounced = true;
    },
    ...definedProps({ onDataComplete }),
  };
  try {
    const open = (offset: number): Chunks => source.open(from + offset);
    return await upload(requireHolder(client), { ...source, path, open, before: from, options });
  } catch (error) {
    if (from === 0 || isAnnounced || !refusesAppend(error)) throw error;
    note(`${error.message}; ${printable(path, 200)} is sent again from the beginning`);
    return await send(client, order, 0);
  }
}

/** A file of this machine to the end of one at the server. */
export async function appendByFtp(
  client: FtpClient,
  localPath: string,
  path: string,
  options: UploadOptions & { readonly signal: AbortSignal },
): Promise<Transferred> {
  const source = localSource(localPath);
  const { size } = await source.identify(options.signal);
  return await upload(requireHolder(client), { ...source, path, size, options: { ...options, append: true } });
}

/** How much of the source is there already. */
async function beginning(client: FtpClient, order: StoreOrder): Promise<number | "all"> {
  const { path, resume, signal, state } = order;
  // What is there may be the file from before: nothing could be learned of that.
  if (resume === "retry" && state.before === "unknown") return 0;
  const { size, ...there } = await identify(client, path, { signal });
  return size === undefined ? 0 : await alreadyStored(order, path, { ...there, size }, bytesAt(client, path, signal));
}
