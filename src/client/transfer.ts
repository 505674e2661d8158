// One transfer from the first command to the final reply, the same for files and listings in both directions.

import type { Duplex } from "node:stream";
import { abortablePromise, type LinkedAbort, raceAbort } from "../platform/abort.ts";
import { type Connection, outstandingOf } from "../platform/network.ts";
import type { Soon } from "../platform/soon.ts";
import { type Following, followingOf, readsInOrder } from "../protocol/client/orderly-servers.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import { abortTransfer, breakTransfer, finalReplySoon } from "./abort-transfer.ts";
import type { Asked } from "./expected-replies.ts";
import type { DataConnection } from "./mode-choice.ts";
import { type ArrangedData, arrangeData } from "./open-data.ts";
import { brokenData } from "./receive-data.ts";
import { checkedCommand, closeInBackground, type Session } from "./session.ts";
import {
  explained,
  isForeign,
  outOfStep,
  replyErrorWith,
  tooEarly,
  unannounced,
  unconfirmed,
} from "./transfer-errors.ts";

/** Made once, since an error costs the look at the stack. */
const transferOver = new Error("the transfer is over");

/**
 * Resolves only when the server announced the transfer, the data ended in order, and the server confirmed it. Whatever else
 * happens, the control connection can be used afterwards, or is given up.
 */
export async function runOnce(session: Session, order: TransferOrder): Promise<TransferEnd> {
  order.signal.throwIfAborted();
  const { spareAborts } = session;
  const over = spareAborts.take(order.signal);
  const { signal } = over;
  // Sent pipelined with what follows, if that is proven.
  const typed = session.type === order.type ? undefined : setType(session, order.type);
  typed?.catch(() => {});
  if (session.options.pipeline === false) await typed;
  // Not with the caller's signal, since a server that was asked waits for the data connection.
  const opening = spareAborts.take();
  const arranged = arrangeData(session, opening.signal, order);
  const { end, isAhead } = "end" in arranged ? arranged : await whenArranged(arranged, over, opening);
  try {
    if (order.offset > 0) await restart(session, order);
    if (!session.modes.proven) await typed;
    const ended = await new TransferRun(session, order, end, signal).run(typed, isAhead);
    // What is over has nobody who would have to hear of it.
    spareAborts.giveBack(over);
    spareAborts.giveBack(opening);
    return ended;
  } catch (error) {
    over.abort(transferOver);
    opening.abort(transferOver);
    throw error;
  } finally {
    if (goesBehindData(session)) closeInBackground(session, behind([...session.leaving], end));
    else await end[Symbol.asyncDispose]();
  }
}

async function whenArranged(
  arranged: Promise<ArrangedData>,
  over: LinkedAbort,
  opening: LinkedAbort,
): Promise<ArrangedData> {
  try {
    return await raceAbort(arranged, over.signal);
  } catch (error) {
    // Whatever is still on its way has nobody who waits for it.
    over.abort(error);
    opening.abort(error);
    arranged.then((late) => late.end[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
}

/** Inside TLS: the data end resets the connection below, which would cut close_notify off. The default data port is needed again. */
const goesBehindData = ({ protectData, modes }: Session): boolean => protectData && modes.mode !== "default-port";

const behind = (others: readonly Promise<void>[], end: AsyncDisposable): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    await Promise.all(others);
    await end[Symbol.asyncDispose]();
  },
});

/** Nothing is sent when the server is in it already. */
export async function setType(session: Session, type: "A" | "I"): Promise<void> {
  if (session.type === type) return;
  session.type = undefined;
  await checkedCommand(session, `the server refuses TYPE ${type}`, "TYPE", type);
  session.type = type;
}

/** Its refusal must be known before the file begins: the wrong part would come. */
async function restart(session: Session, { offset, what }: TransferOrder): Promise<void> {
  const reply = await session.control.command("REST", String(offset));
  if (reply.code === 350) return;
  const { code, message, details, hint } = replyError(`${what}: the server cannot resume at byte ${offset}`, reply);
  throw new SallyportError(code, message, {
    details: { ...details, phase: "resume" },
    hint,
  });
}

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
  /** The server has announced the transfer (1yz). */
  readonly onAnnounced?: () => void;
  /** It is soon over: where the server lets them, the next commands may leave while it runs. Asked when the data connection stands. */
  readonly isShort?: () => boolean;
  /** It is short, and on its way. Whoever comes next may make ready what he can, but for his turn. */
  readonly onSoonOver?: (() => void) | undefined;
  /** The next commands may leave: no ABOR will follow. At the end of the data, or only after the confirmation; of what is short, when it begins. */
  readonly onDataComplete?: (when: "begins" | "ended") => void;
}

/** How the data connection was opened, and what the server said at the end. */
export interface TransferEnd {
  readonly how: string;
  readonly reply: Reply;
}

/** The default data port would be taken twice. */
function following(session: Session): Following {
  const { options, modes } = session;
  const isAlone = options.pipeline === false || modes.mode === "default-port";
  return isAlone ? { download: "reply", upload: "reply" } : followingOf(session);
}

function endOf(stream: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.readableEnded) resolve();
    else stream.once("end", resolve).once("close", () => reject(new Error("closed before its end")));
  });
}

export class TransferRun {
  readonly #session: Session;
  readonly #order: TransferOrder;
  readonly #end: DataConnection;
  readonly #signal: AbortSignal;
  #data: Connection | undefined;
  #isReleased = false;
  /** The first reply has come: 1yz, or the final one. */
  #first: Reply | undefined;
  /** The final reply to the transfer before, which may run still. */
  #earlier: Promise<unknown> | undefined;

  constructor(session: Session, order: TransferOrder, end: DataConnection, signal: AbortSignal) {
    this.#session = session;
    this.#order = order;
    this.#end = end;
    this.#signal = signal;
  }

  /** `isAhead`: the data connection may be open before the server has read the command. */
  async run(typed: Promise<void> | undefined, isAhead: boolean): Promise<TransferEnd> {
    const { control, modes } = this.#session;
    const { verb, argument, direction, onAnnounced } = this.#order;
    const isProven = modes.proven;
    const follows = following(this.#session)[direction];
    const onFirst = (reply: Reply): void => {
      this.#first = reply;
      if (reply.code < 200) onAnnounced?.();
    };
    const asked = control.ask(verb, argument, "transfer", onFirst);
    this.#earlier = this.#session.transfer;
    this.#session.transfer = asked.final;
    const mustWait = isAhead && direction === "upload" && !readsInOrder(this.#session);
    const mayRelease = isProven && follows === "connected";
    const carried = this.#carry(isProven, mayRelease, mustWait ? asked.first : undefined);
    const isSure = isProven && follows === "our end";
    const dataOver = follows === "reply" ? () => {} : () => this.#dataOver(asked, isSure);
    try {
      const reply = await this.#whole(asked, carried, typed, dataOver);
      modes.succeeded();
      closeInBackground(this.#session, this.#data);
      if (this.#session.protectData && modes.mode === "default-port") await Promise.all(this.#session.leaving);
      this.#releaseControl("ended");
      return { how: this.#end.how(), reply };
    } catch (error) {
      const failure = await this.#failed(asked, error);
      modes.failed(failure);
      await this.#data?.[Symbol.asyncDispose]();
      throw failure;
    }
  }

  /**
   * The data, inside TLS if that is the rule; the handshake begins before the 150 has come. `announced`: bytes that came before the command would
   * be taken for a client that has gone (pyftpdlib).
   */
  async #carry(isProven: boolean, mayRelease: boolean, announced: Promise<Reply> | undefined): Promise<void> {
    const { tls, protectData, environment } = this.#session;
    const plain = await this.#end.connection;
    this.#data = plain;
    this.#signal.throwIfAborted();
    if (protectData && tls !== undefined) this.#data = await tls.secureData(plain, this.#signal);
    if (environment.traces?.("data.open") !== false) {
      const { local, remote } = this.#data;
      const names = { local: `${local.host}:${local.port}`, remote: `${remote.host}:${remote.port}` };
      environment.emit({ type: "data.open", side: "upstream", how: this.#session.modes.mode, ...names });
    }
    if (isProven && this.#order.isShort?.() === true) {
      if (mayRelease) this.#releaseControl("begins");
      this.#order.onSoonOver?.();
    }
    if (announced !== undefined && (await announced).code >= 200) return;
    await this.#order.carry(this.#data, this.#signal);
  }

  /** Behind our own end such a server reads nothing before it has all of it. `isSure`: in this way, and announced or not. */
  #dataOver(asked: Asked, isSure: boolean): void {
    const stream = this.#order.direction === "download" ? this.#data?.stream : undefined;
    const isAnnounced = isSure || (this.#first !== undefined && this.#first.code < 200);
    if (!isAnnounced || stream?.readableEnded === false) this.#whenDataOver(asked, isSure, stream).catch(() => {});
    else this.#dataEnded();
  }

  async #whenDataOver(asked: Asked, isSure: boolean, stream: Duplex | undefined): Promise<void> {
    if (!isSure && (await asked.first).code >= 200) return;
    if (stream !== undefined) await endOf(stream);
    this.#dataEnded();
  }

  #dataEnded(): void {
    if (this.#signal.aborted || this.#session.control.failure !== undefined) return;
    try {
      this.#releaseControl("ended");
    } catch {
      // What is the matter with the next call is no matter of this one.
    }
  }

  #releaseControl(when: "begins" | "ended"): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#session.modes.isOpened();
    this.#order.onDataComplete?.(when);
  }

  /** Data, final reply and type, in whichever order they come: the reply. One wait for all of them. */
  #whole(asked: Asked, carried: Promise<void>, typed: Promise<void> | undefined, dataOver: () => void): Promise<Reply> {
    return abortablePromise(this.#signal, (resolve, reject) => {
      let final: Reply | undefined;
      let isCarried = false;
      let isTyped = typed === undefined;
      const look = (): void => {
        if (final !== undefined && isCarried && isTyped) resolve(final);
      };
      carried.then(() => {
        isCarried = true;
        // Else it is the next transfer that runs.
        if (final === undefined) {
          this.#session.control.dataOver(this.#outstanding());
          this.#watchBehindEnd(asked, reject);
        }
        dataOver();
        look();
      }, reject);
      asked.final.then((reply) => {
        final = reply;
        const fault = this.#faultOf(reply, isCarried);
        if (fault === undefined) look();
        else reject(fault);
      }, reject);
      typed?.then(() => {
        isTyped = true;
        look();
      }, reject);
      return () => {};
    });
  }

  #outstanding(): (() => Soon<number | undefined>) | undefined {
    const data = this.#order.direction === "upload" ? this.#data : undefined;
    return data && (() => outstandingOf(data));
  }

  /**
   * An upload's data connection can still be reset behind our end-of-file. Then the server says what became of the file before long, or never: it may
   * have all of it, and put it in its place first.
   */
  #watchBehindEnd(asked: Asked, reject: (error: unknown) => void): void {
    const stream = this.#order.direction === "upload" ? this.#data?.stream : undefined;
    const onError = async (error: unknown): Promise<void> => {
      const reply = await finalReplySoon(this.#session, asked, limits.clientReplyBehindResetMs);
      if (reply === undefined) reject(error);
    };
    if (stream?.errored) void onError(stream.errored);
    else stream?.once("error", onError);
  }

  /** Undefined when the final reply confirms the transfer. */
  #faultOf(final: Reply, isCarried: boolean): SallyportError | undefined {
    const { what, direction } = this.#order;
    if (final.code < 200 || final.code > 299) return replyError(what, final);
    // Its data may never come.
    if (this.#first === undefined || this.#first.code >= 200) return unannounced(what, final);
    if (isForeign(final)) {
      const error = outOfStep(what, final);
      this.#session.control.fail(error);
      return error;
    }
    const ended = isCarried || this.#data?.stream.writableEnded === true;
    return direction === "upload" && !ended ? tooEarly(what, final) : undefined;
  }

  /** Not while the transfer before runs. */
  async #abort(asked: Asked): Promise<Reply | undefined> {
    if (this.#isReleased) return await breakTransfer(this.#session, asked, this.#data);
    await this.#earlier?.catch(() => {});
    return await abortTransfer(this.#session, asked, this.#data ?? this.#end.connection, this.#order.direction);
  }

  /** Cleans up, and finds the error that tells most. */
  async #failed(asked: Asked, error: unknown): Promise<unknown> {
    const { control } = this.#session;
    const { what, signal } = this.#order;
    const isOurs = isSallyportError(error) && error.code.startsWith("FS_");
    const isAborted = this.#order.signal.aborted;
    const answered = isOurs || isAborted ? undefined : await finalReplySoon(this.#session, asked);
    const final = answered ?? (await this.#abort(asked));
    this.#data?.reset();
    if (signal.aborted) return signal.reason;
    if (!isSallyportError(error)) return error;
    if (control.failure === error) return unconfirmed(what, error);
    const refused = final !== undefined && final.code >= 400;
    // The server's own words, unless they only answer our ABOR.
    if (refused && answered !== undefined && error.code !== "FTP_TRANSFER") {
      return explained(replyErrorWith(what, final, error), this.#end);
    }
    return brokenData(what, error);
  }
}
