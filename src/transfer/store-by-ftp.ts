// One attempt of an upload by FTP, into the file itself: the file is its own part.

import type { FtpClient } from "../client/ftp-client.ts";
import type { SendOptions, Transferred } from "../client/transfer-options.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { alreadyStored } from "./already-stored.ts";
import { bytesAt, identify } from "./identify.ts";
import { keepTimeThere } from "./keep-time.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import type { StoreOrder } from "./store-order.ts";

export async function storeByFtp(session: ServerSession, order: StoreOrder): Promise<Transferred> {
  if (!isFtp(session)) throw new SallyportError("INTERNAL", "this session cannot store files");
  const { path, signal, state } = order;
  const from = order.resume === "no" ? 0 : await beginning(session, order);
  if (from === "all") return { bytes: 0, verified: "size", how: "nothing", wasThere: true };
  if (from === 0 && order.mayRetry && state.before === undefined) {
    // A server that hangs up when it is asked is asked once.
    state.before = "unknown";
    const before = await identify(session, path, { signal });
    state.before = before.size === undefined ? "nothing" : before;
  }
  const stored = await send(session, order, from);
  await keepTimeThere(session, path, order.modifiedMs, signal);
  return stored;
}

async function send(session: FtpClient, order: StoreOrder, from: number): Promise<Transferred> {
  const { path, source, signal, verify, type, onProgress, onDataComplete, note } = order;
  const { size } = order.identity;
  let hasMoved = false;
  const options: SendOptions = {
    signal,
    verify,
    type,
    onProgress: ({ bytes }) => {
      hasMoved = true;
      onProgress({ bytes: source.localPath === undefined ? from + bytes : bytes, size });
    },
    ...definedProps({ onDataComplete }),
  };
  const open = (offset: number): ReturnType<typeof source.open> => source.open(from + offset);
  try {
    return await (source.localPath === undefined
      ? session.upload(source.seekable ? open : open(0), path, { ...options, append: from > 0 })
      : session.send(source.localPath, path, { ...options, resume: from > 0 }));
  } catch (error) {
    if (from === 0 || hasMoved || !refusesAppend(error)) throw error;
    note(`${error.message}; ${printable(path, 200)} is sent again from the beginning`);
    return await send(session, order, 0);
  }
}

/** Servers with atomic uploads, and those that their operator told so: ProFTPD's HiddenStores and AllowStoreRestart. */
function refusesAppend(error: unknown): error is SallyportError {
  const codes = [451, 500, 501, 502, 504, 550, 551];
  return isSallyportError(error) && error.code.startsWith("FTP_REPLY_") && codes.includes(error.details.reply ?? 0);
}

/** How much of the source is there already. */
async function beginning(session: ServerSession, order: StoreOrder): Promise<number | "all"> {
  const { path, resume, signal, state } = order;
  // What is there may be the file from before: nothing could be learned of that.
  if (resume === "retry" && state.before === "unknown") return 0;
  const { size, ...there } = await identify(session, path, { signal });
  return size === undefined ? 0 : await alreadyStored(order, path, { ...there, size }, bytesAt(session, path, signal));
}
