// Commands, data and replies of one transfer whose data connection is arranged.
import type { Duplex } from "node:stream";
import { raceAbort } from "../platform/abort.ts";
import type { Connection } from "../platform/network.ts";
import { readsInOrder } from "../protocol/client/orderly-servers.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import { breakOff, lastWords } from "./break-off.ts";
import type { DataEnd } from "./data-end.ts";
import type { Asked } from "./expected-replies.ts";
import { brokenData } from "./receive-data.ts";
import { letGo, type Talk } from "./talk.ts";
import {
  explained,
  isForeign,
  outOfStep,
  replyErrorWith,
  tooEarly,
  unannounced,
  unconfirmed,
} from "./transfer-errors.ts";

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
  /** The next commands may leave: no ABOR will follow. At the end of the data, or only after the confirmation. */
  readonly onCarried?: () => void;
}

/** How the data connection was opened, and what the server said at the end. */
export interface TransferEnd {
  readonly how: string;
  readonly reply: Reply;
}

/** The default data port would be taken twice; inside TLS a connection goes before the next one comes. */
function followsAtOnce({ options, modes, protectData, greeting }: Talk): boolean {
  return options.pipeline !== false && modes.mode !== "default-port" && !protectData && readsInOrder(greeting);
}

function endOf(stream: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.readableEnded) resolve();
    else stream.once("end", resolve).once("close", () => reject(new Error("closed before its end")));
  });
}

export class TransferRun {
  readonly #talk: Talk;
  readonly #order: TransferOrder;
  readonly #end: DataEnd;
  readonly #signal: AbortSignal;
  #data: Connection | undefined;
  #isCarried = false;

  constructor(talk: Talk, order: TransferOrder, end: DataEnd, signal: AbortSignal) {
    this.#talk = talk;
    this.#order = order;
    this.#end = end;
    this.#signal = signal;
  }

  async run(typed: Promise<void>): Promise<TransferEnd> {
    const { link, modes } = this.#talk;
    const { verb, argument } = this.#order;
    const asked = link.ask(verb, argument, "transfer");
    const carried = this.#carry();
    carried.catch(() => {});
    if (followsAtOnce(this.#talk)) this.#dataOver(asked, carried).catch(() => {});
    try {
      await raceAbort(Promise.all([typed, this.#end.ready, this.#both(asked, carried)]), this.#signal);
      const reply = await asked.final;
      modes.succeeded();
      letGo(this.#talk, this.#data);
      // Inside TLS it goes first: the data end resets the connection below when it is disposed, which would cut the farewell short.
      if (this.#talk.protectData) await Promise.all(this.#talk.leaving);
      this.#letOthersOn();
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
    environment.emit({ type: "data.open", side: "upstream", how: this.#talk.modes.mode, ...names });
    await this.#order.carry(this.#data, this.#signal);
  }

  /** Both sides have ended the data of a transfer that was announced. */
  async #dataOver(asked: Asked, carried: Promise<void>): Promise<void> {
    const [first] = await Promise.all([asked.first, carried]);
    if (this.#data !== undefined) await endOf(this.#data.stream);
    const { link } = this.#talk;
    if (first.code < 200 && !this.#signal.aborted && link.failure === undefined) this.#letOthersOn();
  }

  #letOthersOn(): void {
    if (this.#isCarried) return;
    this.#isCarried = true;
    this.#talk.modes.cameAbout();
    this.#order.onCarried?.();
  }

  /** Data and reply, in whichever order they come. */
  async #both(asked: Asked, carried: Promise<void>): Promise<void> {
    const { what, direction } = this.#order;
    let carriedAll = false;
    const data = carried.then(() => {
      carriedAll = true;
      this.#talk.link.dataOver();
    });
    const reply = Promise.all([asked.first, asked.final]).then(([first, final]) => {
      if (final.code < 200 || final.code > 299) throw replyError(what, final);
      // Its data may never come.
      if (first.code >= 200) throw unannounced(what, final);
      if (isForeign(final)) {
        const error = outOfStep(what, final);
        this.#talk.link.fail(error);
        throw error;
      }
      const ended = carriedAll || this.#data?.stream.writableEnded === true;
      if (direction === "upload" && !ended) throw tooEarly(what, final);
    });
    await Promise.all([data, reply]);
  }

  /** Cleans up, and finds the error that tells most. */
  async #failed(asked: Asked, error: unknown): Promise<unknown> {
    const { link } = this.#talk;
    const { what, direction, signal } = this.#order;
    const isOurs = isSallyportError(error) && error.code.startsWith("FS_");
    const answered = isOurs ? undefined : await this.#settled(asked);
    const ended = (): Promise<Reply | undefined> =>
      this.#isCarried ? lastWords(this.#talk, asked) : breakOff(this.#talk, asked, this.#data, direction);
    const final = answered ?? (await ended());
    this.#data?.reset();
    if (signal.aborted) return signal.reason;
    if (!isSallyportError(error)) return error;
    if (link.failure === error) return unconfirmed(what, error);
    const refused = final !== undefined && final.code >= 400;
    // The server's own words, unless they only answer our ABOR.
    if (refused && answered !== undefined && error.code !== "FTP_TRANSFER") {
      return explained(replyErrorWith(what, final, error), this.#end.warning?.());
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
