// One transfer from its data connection to its final reply; the same for files and listings, both ways.

import { type Connection, untakenOf } from "../platform/network.ts";
import { watchStandstill } from "../platform/standstill.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";
import { isAborted, noDataConnection, refusalOf } from "./replies.ts";
import type { DataOptions } from "./send-data.ts";
import { convertsLines, type Session } from "./session.ts";

interface TransferPlan {
  /** Of a file; absent for a listing. */
  readonly path?: string;
  /** For STAT and the 150. */
  readonly what: string;
  /** Text of the 150, where it must be in a given form. */
  readonly opening?: string;
  /** The client sends. */
  readonly upload?: boolean;
  /** What is only opened once the data connection stands. What it throws is the reply, and there is no 150. */
  readonly open?: () => Promise<void>;
  /** Carries the bytes; when it resolves, the transfer is complete and safe. */
  readonly carry: (connection: Connection, options: DataOptions) => Promise<void>;
  /** Text of the 226. */
  readonly done?: () => string;
}

/** Opens the data connection and carries. Whatever goes wrong, the peer cannot take half a file for a whole one: it is reset. */
export async function runTransfer(session: Session, plan: TransferPlan, signal: AbortSignal): Promise<Reply> {
  const progress = { bytes: 0 };
  session.transfer = { what: plan.what, progress };
  try {
    if (mustProtect(session))
      return makeReply(521, "Data connections must be encrypted: send PBSZ 0 and PROT P first.");
    const isThere = signal.aborted ? undefined : session.data.take();
    const plain = isThere ?? (await openPlain(session, signal));
    if ("code" in plain) return plain;
    if (plan.open !== undefined) await openLate(session, plan.open, plain);
    const opening = plan.opening ?? `Opening ${modeOf(session)} mode data connection for ${plan.what}.`;
    // Who is to send, or to begin TLS, waits for it.
    session.reply(makeReply(150, opening), plan.upload !== true && !session.state.protectedData);
    const connection = session.state.protectedData
      ? await protect(session, plain, plan.upload === true, signal)
      : plain;
    if ("code" in connection) return connection;
    return await carry(session, plan, connection, progress, signal);
  } finally {
    session.transfer = undefined;
    session.moved = { path: plan.path ?? "", bytes: progress.bytes };
  }
}

async function openLate(session: Session, open: () => Promise<void>, plain: Connection): Promise<void> {
  try {
    await open();
  } catch (error) {
    plain.reset();
    session.track(plain.closed);
    throw error;
  }
}

async function openPlain(session: Session, signal: AbortSignal): Promise<Connection | Reply> {
  try {
    return await session.data.open(signal);
  } catch (error) {
    if (signal.aborted || !isSallyportError(error)) throw error;
    return noDataConnection(error);
  }
}

/** After the 150: clients wait for it before they begin the handshake. */
async function protect(
  session: Session,
  plain: Connection,
  upload: boolean,
  signal: AbortSignal,
): Promise<Connection | Reply> {
  if (session.tls === undefined) return plain;
  try {
    const secure = await session.tls.secure(plain, signal, upload);
    if (secure.resumed || session.context.policy.tls?.requireReuse !== true) return secure;
    secure.reset();
    return makeReply(425, "The data connection has to resume the TLS session of the control connection.");
  } catch (error) {
    if (signal.aborted || !isSallyportError(error)) throw error;
    return noDataConnection(error);
  }
}

async function carry(
  session: Session,
  plan: TransferPlan,
  connection: Connection,
  progress: { bytes: number },
  signal: AbortSignal,
): Promise<Reply> {
  const { clock, turns } = session.context.environment;
  let stalled: SallyportError | undefined;
  const { dataStallMs } = session.context.policy;
  // What a download has given to the network, less what that has not taken: their sum could be the same though bytes moved.
  const mark = (): number => progress.bytes - untakenOf(connection);
  const stopWatching = watchStandstill(clock, dataStallMs, mark, () => {
    // Nothing more is to come: what is left is ours to do.
    if (plan.upload === true && connection.stream.readableEnded) return;
    stalled = new SallyportError("NET_TIMEOUT", `no byte has moved for ${dataStallMs / 1000} s`);
    connection.reset();
  });
  try {
    await plan.carry(connection, { clock, signal, progress, turns });
    session.track(connection[Symbol.asyncDispose]() as Promise<void>);
    return makeReply(226, plan.done?.() ?? "Transfer complete.");
  } catch (error) {
    connection.reset();
    session.track(connection.closed);
    return failureOf(stalled ?? error, session.context.id);
  } finally {
    stopWatching();
    if (session.traces("data.close")) {
      void connection.closed.then((close) =>
        session.emit({ type: "data.close", side: "downstream", close, bytes: progress.bytes }),
      );
    }
  }
}

function failureOf(error: unknown, session: number): Reply {
  if (isAborted(error)) return makeReply(426, "Transfer aborted.");
  const reply = refusalOf(error);
  if (reply !== undefined)
    return reply.code === 426 ? makeReply(426, `Transfer aborted: ${reply.lines[0]?.slice(4)}`) : reply;
  if (error instanceof Error && !isSallyportError(error) && error.name === "AbortError")
    return makeReply(426, "Transfer aborted.");
  throw isSallyportError(error)
    ? error
    : new SallyportError("INTERNAL", `a transfer of session ${session} failed in a way that it cannot`, {
        cause: error,
      });
}

const modeOf = (session: Session): string => (convertsLines(session) ? "ASCII" : "BINARY");

const mustProtect = (session: Session): boolean =>
  session.context.policy.tls?.required === true && !session.state.protectedData;
