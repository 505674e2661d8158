// What the library needs of a session beside its public face: single attempts.

import { requireHolder } from "../client/client-calls.ts";
import { type ReceiveOrder, receive } from "../client/download.ts";
import type { FtpClient } from "../client/ftp-client.ts";
import { notify } from "../client/session.ts";
import type { TransferResult, Transferred } from "../client/transfer-options.ts";
import { type RetryRules, withRetries } from "../client/with-retries.ts";
import type { Clock } from "../platform/clock.ts";
import { SallyportError } from "../protocol/error.ts";
import type { HashName } from "../protocol/hashes.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import { storeByFtp } from "./store-by-ftp.ts";
import type { StoreOrder } from "./store-order.ts";

/** `R`: what is told of a download. */
export interface FileAttempts<R extends Transferred = Transferred> {
  /** The session's own, which waits between attempts follow. */
  readonly clock: Clock;
  /** The checksums that the server offers, strongest first. */
  readonly hashes: readonly HashName[];
  /**
   * Attempts of one download: no other call comes between them where a session does one thing at a time. The signal is the caller's, or the end of
   * the session. `mayRenew`: there may be several, over a new session if need be.
   */
  inTurn<T>(
    signal: AbortSignal,
    mayRenew: boolean,
    work: (receive: (order: ReceiveOrder) => Promise<R>, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** While `work` makes its attempts the loss of the session is not its end: the next one begins a new one in its place. */
  keep<T>(work: () => Promise<T>): Promise<T>;
  /** One attempt of an upload. */
  store(order: StoreOrder): Promise<Transferred>;
  /** A sentence to show. */
  readonly note: (text: string) => void;
}

/** Throws `CONFIG_INVALID` for a session of somebody else's making. */
export function attemptsOf(session: ServerSession & { readonly attempts?: FileAttempts }): FileAttempts {
  if (isFtp(session)) return ftpAttempts(session);
  const { attempts } = session;
  if (attempts !== undefined) return attempts;
  throw new SallyportError("CONFIG_INVALID", "a session of connectFtp or connectSftp is needed");
}

/** How many attempts there may be, and over which session. */
export interface AttemptRules extends Pick<RetryRules, "signal" | "note"> {
  /** Default 0. */
  readonly retries?: number;
  /** The session for another attempt, since this one may be lost. Default: the same, which is kept meanwhile. */
  readonly renew?: () => Promise<ServerSession>;
}

/** `attempt` gets how many have gone before. */
export function withAttempts<T>(
  session: ServerSession,
  { retries = 0, renew, signal, note }: AttemptRules,
  attempt: (session: ServerSession, before: number) => Promise<T>,
): Promise<T> {
  if (retries === 0) return attempt(session, 0);
  const { clock, keep } = attemptsOf(session);
  const run = (next: () => Promise<ServerSession>): Promise<T> =>
    withRetries({ retries, clock, signal, note }, async (before) =>
      attempt(before === 0 ? session : await next(), before),
    );
  return renew === undefined ? keep(() => run(async () => session)) : run(renew);
}

const attemptsByClient: WeakMap<FtpClient, FileAttempts<TransferResult>> = new WeakMap();

export function ftpAttempts(client: FtpClient): FileAttempts<TransferResult> {
  const attempts = attemptsByClient.get(client) ?? makeAttempts(client);
  attemptsByClient.set(client, attempts);
  return attempts;
}

function makeAttempts(client: FtpClient): FileAttempts<TransferResult> {
  const holder = requireHolder(client);
  return {
    clock: holder.session.environment.clock,
    get hashes() {
      return client.hashes;
    },
    inTurn: (signal, mayRenew, work) =>
      holder.transfer(
        signal,
        (_, both, release) => work((order) => receive(holder, order, mayRenew ? () => {} : release), both),
        mayRenew,
        "anywhere",
      ),
    keep: (work) => holder.keep(work),
    store: (order) => storeByFtp(client, order),
    note: (text) => notify(holder.session, text),
  };
}
