// Ends a transfer in the middle, so that the control connection can be used afterwards.

import { wait } from "../platform/abort.ts";
import type { Connection } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Asked } from "./expected-replies.ts";
import type { Talk } from "./talk.ts";

/**
 * ABOR (RFC 959 section 4.1.3), then the data connection is reset, then both replies are waited for. An upload's data stays
 * open until the server has obeyed, for some time: its end would look like the end of the file. Gives the transfer's final
 * reply, or undefined when the session was lost.
 */
export async function breakOff(
  talk: Talk,
  asked: Asked,
  data: Connection | undefined,
  direction: "download" | "upload",
): Promise<Reply | undefined> {
  const { link } = talk;
  if (link.failure !== undefined) {
    data?.reset();
    return undefined;
  }
  const abort = link.ask("ABOR");
  if (direction === "upload") await inTime(talk, asked.final, limits.clientAbortDataMs);
  data?.reset();
  link.dataOver();
  const final = await inTime(talk, asked.final, limits.clientAbortReplyMs);
  if (final === undefined) {
    link.fail(new SallyportError("NET_TIMEOUT", "the server does not end the transfer that was aborted"));
    return undefined;
  }
  if ((await inTime(talk, abort.final, limits.clientAbortDataMs)) === undefined) await resynchronise(talk, abort);
  return final;
}

/** The final reply of a transfer whose data is over: there is nothing to abort. Undefined when the session was lost. */
export async function lastWords(talk: Talk, asked: Asked): Promise<Reply | undefined> {
  const final = await inTime(talk, asked.final, limits.clientAbortReplyMs);
  if (final === undefined) talk.link.fail(new SallyportError("NET_TIMEOUT", "the server does not confirm a transfer"));
  return final;
}

/**
 * Some servers give one reply for both. A NOOP tells: its 200 comes for certain, the one to ABOR before it or never.
 */
async function resynchronise(talk: Talk, abort: Asked): Promise<void> {
  const { link } = talk;
  link.nudge();
  const reply = await inTime(talk, abort.final, limits.clientAbortReplyMs);
  if (reply?.code === 200) return;
  const rest = link.stray === undefined ? undefined : await inTime(talk, link.stray, limits.clientAbortReplyMs);
  if (rest === undefined) link.fail(new SallyportError("NET_TIMEOUT", "the server has not answered ABOR"));
}

/** Undefined: too late, or the session was lost. */
async function inTime(talk: Talk, reply: Promise<Reply>, ms: number): Promise<Reply | undefined> {
  const over = new AbortController();
  const late = wait(talk.environment.clock, ms, over.signal).catch(() => {});
  try {
    return (await Promise.race([reply, late])) ?? undefined;
  } catch {
    return undefined;
  } finally {
    over.abort();
  }
}
