// Ends a transfer in the middle, so that the control connection can be used afterwards.

import { raceAbort } from "../platform/abort.ts";
import { withDeadline } from "../platform/clock.ts";
import type { Connection } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Asked } from "./expected-replies.ts";
import type { Session } from "./session.ts";

/**
 * ABOR (RFC 959 section 4.1.3), then the data connection is reset, then both replies are waited for. An upload's data stays
 * open until the server has obeyed, for some time: its end would look like the end of the file. One that is still to come is reset
 * when it has: vsftpd and ProFTPD wait for it, with the file locked, and read no ABOR before. Gives the transfer's final reply, or
 * undefined when the session was lost.
 */
export async function abortTransfer(
  session: Session,
  asked: Asked,
  data: Connection | Promise<Connection> | undefined,
  direction: "download" | "upload",
): Promise<Reply | undefined> {
  const { control } = session;
  if (data instanceof Promise) data.then((late) => late.reset()).catch(() => {});
  const here = data instanceof Promise ? undefined : data;
  if (control.failure !== undefined) {
    here?.reset();
    return undefined;
  }
  const abort = control.ask("ABOR");
  if (direction === "upload") await inTime(session, asked.final, limits.clientAbortDataMs);
  here?.reset();
  control.dataOver();
  const final = await inTime(session, asked.final, limits.clientAbortReplyMs);
  if (final === undefined) {
    control.fail(new SallyportError("NET_TIMEOUT", "the server does not end the transfer that was aborted"));
    return undefined;
  }
  if ((await inTime(session, abort.final, limits.clientAbortDataMs)) === undefined) await resynchronise(session, abort);
  return final;
}

/**
 * Where the next transfer's commands have left, ABOR would end that one too: the reset data connection is the notice. Not before it has
 * announced the transfer: it would wait for the connection still. Gives the final reply, or undefined when the session was lost.
 */
export async function breakTransfer(
  session: Session,
  asked: Asked,
  data: Connection | undefined,
): Promise<Reply | undefined> {
  await inTime(session, asked.first, limits.clientAbortReplyMs);
  data?.reset();
  const final = await inTime(session, asked.final, limits.clientAbortReplyMs);
  if (final === undefined)
    session.control.fail(new SallyportError("NET_TIMEOUT", "the server does not confirm a transfer"));
  return final;
}

/** The final reply if it is there, or is about to come because the data connection was just lost at the server's side. */
export function finalReplySoon(
  session: Session,
  { final }: Pick<Asked, "final">,
  ms: number = limits.clientFinalReplyMs,
): Promise<Reply | undefined> {
  return inTime(session, final, ms);
}

/**
 * Some servers give one reply for both. A NOOP tells: its 200 comes for certain, the one to ABOR before it or never.
 */
async function resynchronise(session: Session, abort: Asked): Promise<void> {
  const { control } = session;
  control.nudge();
  const reply = await inTime(session, abort.final, limits.clientAbortReplyMs);
  if (reply?.code === 200) return;
  const rest =
    control.stray === undefined ? undefined : await inTime(session, control.stray, limits.clientAbortReplyMs);
  if (rest === undefined) control.fail(new SallyportError("NET_TIMEOUT", "the server has not answered ABOR"));
}

/** Undefined: too late, or the session was lost. */
async function inTime(session: Session, reply: Promise<Reply>, ms: number): Promise<Reply | undefined> {
  const { signal, release } = withDeadline(session.environment.clock, ms, undefined, () => undefined);
  try {
    return await raceAbort(reply, signal);
  } catch {
    return undefined;
  } finally {
    release();
  }
}
