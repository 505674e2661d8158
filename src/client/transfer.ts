// One transfer from the first command to the final reply, the same for files and listings in both directions.

import type { Connection } from "../platform/network.ts";
import { raceAbort } from "../platform/race-abort.ts";
import { wait } from "../platform/wait.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import { arrangeData } from "./arrange-data.ts";
import { breakOff } from "./break-off.ts";
import type { DataEnd } from "./data-end.ts";
import type { Asked } from "./expected-replies.ts";
import { brokenData } from "./receive-data.ts";
import { demand, letGo, type Talk, tell } from "./talk.ts";
import { explained, replyErrorWith, tooEarly, unannounced, unconfirmed } from "./transfer-errors.ts";

export interface TransferOrder {
  readonly verb: "RETR" | "STOR" | "APPE" | "LIST" | "MLSD" | "NLST";
  /** For the wire. */
  readonly argument?: string;
  /** Begins messages: `could not download "x"`. */
  readonly what: string;
  readonly direction: "download" | "upload";
  readonly type: "A" | "I";
  /** REST; 0 sends none. */
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Moves the data. Resolves after the end-of-file, received or sent. */
  readonly carry: (data: Connection, signal: AbortSignal) => Promise<void>;
}

/** How the data connection came about, and what the server said at the end. */
export interface TransferEnd {
  readonly how: string;
  readonly reply: Reply;
}

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
  // Sent in one breath with what follows, if that is proven.
  const typed = setType(talk, order.type);
  typed.catch(() => {});
  if (talk.options.pipeline === false) await typed;
  const arranged = arrangeData(talk, signal);
  const end = await raceAbort(arranged, signal).catch((error: unknown) => {
    // Whatever is still on its way has nobody who waits for it.
    over.abort(error);
    arranged.then((late) => late[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  });
  try {
    if (order.offset > 0) await restart(talk, order);
    if (!talk.modes.proven) await typed;
    return await new Run(talk, order, end, signal).run(typed);
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
  if (reply.code !== 350) throw replyError(`${what}: the server cannot go on at byte ${offset}`, reply);
}

class Run {
  readonly #talk: Talk;
  readonly #order: TransferOrder;
  readonly #end: DataEnd;
  readonly #signal: AbortSignal;
  #data: Connection | undefined;

  constructor(talk: Talk, order: TransferOrder, end: DataEnd, signal: AbortSignal) {
    this.#talk = talk;
    this.#order = order;
    this.#end = end;
    this.#signal = signal;
  }

  async run(typed: Promise<void>): Promise<TransferEnd> {
    const { link, modes } = this.#talk;
    const { verb, argument, what } = this.#order;
    const asked = link.ask(verb, argument, "transfer");
    const carried = this.#carry();
    carried.catch(() => {});
    try {
      await raceAbort(Promise.all([typed, this.#end.ready, this.#both(asked, carried)]), this.#signal);
      const [first, reply] = await Promise.all([asked.first, asked.final]);
      if (first.code >= 200) throw unannounced(what, reply);
      modes.succeeded();
      letGo(this.#talk, this.#data);
      // Inside TLS it goes first: the data end resets the connection below when it is disposed, which would cut the farewell short.
      if (this.#talk.protectData) await Promise.all(this.#talk.leaving);
      return { how: this.#end.how(), reply };
    } catch (error) {
      const failure = await this.#failed(asked, error);
      modes.failed(failure);
      await this.#data?.[Symbol.asyncDispose]();
      throw failure;
    }
  }

  /** The data, inside TLS if that is the rule; the handshake begins before the 150 has come. */
  async #carry(): Promise<void> {
    const { tls, protectData, environment } = this.#talk;
    const plain = await this.#end.connection;
    this.#data = plain;
    this.#signal.throwIfAborted();
    if (protectData && tls !== undefined) this.#data = await tls.secureData(plain, this.#signal);
    const { local, remote } = this.#data;
    const names = { local: `${local.host}:${local.port}`, remote: `${remote.host}:${remote.port}` };
    environment.emit({ type: "data.open", side: "back", how: this.#talk.modes.mode, ...names });
    await this.#order.carry(this.#data, this.#signal);
  }

  /** Data and reply, in whichever order they come. */
  async #both(asked: Asked, carried: Promise<void>): Promise<void> {
    const { what, direction } = this.#order;
    let carriedAll = false;
    const data = carried.then(() => {
      carriedAll = true;
      this.#talk.link.dataOver();
    });
    const reply = asked.final.then((final) => {
      if (final.code < 200 || final.code > 299) throw replyError(what, final);
      const ended = carriedAll || this.#data?.stream.writableEnded === true;
      if (direction === "upload" && !ended) throw tooEarly(what, final);
    });
    await Promise.all([data, reply]);
  }

  /** Cleans up, and finds the error that tells most. */
  async #failed(asked: Asked, error: unknown): Promise<unknown> {
    const { link } = this.#talk;
    const { what, direction, signal } = this.#order;
    const answered = await this.#settled(asked);
    const final = answered ?? (await breakOff(this.#talk, asked, this.#data, direction));
    this.#data?.reset();
    if (signal.aborted) return signal.reason;
    if (!isSallyportError(error)) return error;
    if (link.failure === error) return unconfirmed(what, error);
    const refused = final !== undefined && final.code >= 400;
    // The server's own words, unless they only answer our ABOR.
    if (refused && answered !== undefined && error.code !== "FTP_TRANSFER") {
      return explained(replyErrorWith(what, final, error), this.#end.caveat?.());
    }
    return brokenData(what, error);
  }

  /** The final reply if it is there, or is about to come because the data broke at the server's side. */
  async #settled(asked: Asked): Promise<Reply | undefined> {
    if (this.#order.signal.aborted) return undefined;
    const { clock } = this.#talk.environment;
    let cancel: () => void = () => {};
    const soon = new Promise<undefined>((resolve) => {
      cancel = clock.after(limits.clientLastWordsMs, () => resolve(undefined));
    });
    const final = await Promise.race([asked.final, soon]).catch(() => undefined);
    cancel();
    return final;
  }
}
