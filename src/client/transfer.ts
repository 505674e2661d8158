// One transfer from the first command to the final reply, the same for files and listings in both directions.
import { raceAbort, wait } from "../platform/abort.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { arrangeData } from "./arrange-data.ts";
import { demand, type Talk, tell } from "./talk.ts";
import { type TransferEnd, type TransferOrder, TransferRun } from "./transfer-run.ts";

/**
 * Resolves only when the server announced the transfer, the data ended in order, and the server confirmed it. Whatever else
 * happens, the control connection can be used afterwards, or is given up.
 */
export async function runTransfer(talk: Talk, order: TransferOrder): Promise<TransferEnd> {
  for (let waitMs = 1000, waitedMs = 0; ; waitedMs += waitMs, waitMs *= 2) {
    try {
      return await runOnce(talk, order);
    } catch (error) {
      if (!waitsOutTime(talk, error) || waitedMs + waitMs > limits.clientDefaultPortWaitMs) throw error;
      tell(talk, `the default data port waits out TIME_WAIT (${messageOf(error)}); next attempt in ${waitMs / 1000} s`);
      await wait(talk.environment.clock, waitMs, order.signal);
    }
  }
}

/** S17: the server cannot make the same connection once more before TCP has forgotten the last one. */
function waitsOutTime({ modes, link }: Talk, error: unknown): boolean {
  const refused = isSallyportError(error) && error.details.reply === 425;
  return refused && modes.mode === "default-port" && modes.transfers > 0 && link.failure === undefined;
}

const messageOf = (error: unknown): string => (isSallyportError(error) ? error.message : String(error));

async function runOnce(talk: Talk, order: TransferOrder): Promise<TransferEnd> {
  order.signal.throwIfAborted();
  const over = new AbortController();
  const signal = AbortSignal.any([order.signal, over.signal]);
  // Sent pipelined with what follows, if that is proven.
  const typed = setType(talk, order.type);
  typed.catch(() => {});
  if (talk.options.pipeline === false) await typed;
  const arranged = arrangeData(talk, signal, order);
  const end = await raceAbort(arranged, signal).catch((error: unknown) => {
    // Whatever is still on its way has nobody who waits for it.
    over.abort(error);
    arranged.then((late) => late[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  });
  try {
    if (order.offset > 0) await restart(talk, order);
    if (!talk.modes.proven) await typed;
    return await new TransferRun(talk, order, end, signal).run(typed);
  } finally {
    over.abort(new Error("the transfer is over"));
    await end[Symbol.asyncDispose]();
  }
}

/** Nothing is sent when the server is in it already. */
export async function setType(talk: Talk, type: "A" | "I"): Promise<void> {
  if (talk.type === type) return;
  talk.type = undefined;
  await demand(talk, `the server refuses TYPE ${type}`, "TYPE", type);
  talk.type = type;
}

/** Its refusal must be known before the file begins: the wrong part would come. */
async function restart(talk: Talk, { offset, what }: TransferOrder): Promise<void> {
  const reply = await talk.link.command("REST", String(offset));
  if (reply.code === 350) return;
  const { code, message, details, hint } = replyError(`${what}: the server cannot resume at byte ${offset}`, reply);
  throw new SallyportError(code, message, {
    details: { ...details, phase: "resume" },
    hint,
  });
}
