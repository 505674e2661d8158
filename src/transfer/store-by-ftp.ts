// One attempt of an upload by FTP, into the file itself: the file is its own part.

import type { FtpClient } from "../client/ftp-client.ts";
import type { Transferred, UploadFileOptions } from "../client/transfer-options.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { compareTail, identify } from "./identify.ts";
import { keepTimeThere } from "./keep-time.ts";
import { nameState, resumeSteps } from "./resume-rule.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import { isUntouched } from "./source-identity.ts";
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
  const options: UploadFileOptions = {
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
      : session.uploadFile(source.localPath, path, { ...options, resume: from > 0 }));
  } catch (error) {
    if (from === 0 || hasMoved || !refusesAppend(error)) throw error;
    note(`${error.message}; ${shown(path)} is sent again from the beginning`);
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
  const { path, identity, resume, signal, note, source } = order;
  // What is there may be the file from before: nothing could be learned of that.
  if (resume === "retry" && order.state.before === "unknown") return 0;
  const there = await identify(session, path, { signal });
  if (there.size === undefined) return 0;
  // Of this run's own bytes the time tells nothing.
  if (resume === "retry" && isUntouched(order.state.before, there)) {
    note(`${shown(path)} at the server is still the file from before; it is sent again from the beginning`);
    return 0;
  }
  const name = nameState(resume === "retry" ? { size: there.size } : there, identity);
  const mustCompare = name === "shorter" || name === "unclear";
  const tail = mustCompare ? await compareTail(session, path, there.size, (at) => source.open(at), signal) : undefined;
  if (tail === "different") {
    note(`${shown(path)} at the server is not the beginning of the source; it is sent again from the beginning`);
    return 0;
  }
  if (tail === "unknown" && resume === "requested") {
    note(`${shown(path)} at the server cannot be read and compared; --resume trusts that it is from this source`);
  }
  const step = resumeSteps.none[name === "unclear" ? "same" : name];
  if (step === "there already") return "all";
  if (step === "resume name") return there.size;
  note(`${shown(path)} at the server is another file; it is replaced`);
  return 0;
}

const shown = (path: string): string => printable(path, 200);
