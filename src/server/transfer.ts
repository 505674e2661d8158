// One transfer from its data connection to its final reply; the same for files and listings, both ways.
import type { Connection } from "../platform/network.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";
import type { Conversation } from "./conversation.ts";
import { Aborted, noDataConnection, refusalOf } from "./refusals.ts";
import type { DataOptions } from "./send-data.ts";
import { watchStall } from "./stall-watch.ts";

export interface TransferPlan {
  /** Of a file; absent for a listing. */
  readonly path?: string;
  /** For STAT and the 150. */
  readonly what: string;
  /** Text of the 150, where it must be in a given form. */
  readonly opening?: string;
  /** The client sends. */
  readonly upload?: boolean;
  /** Carries the bytes; when it resolves, the transfer is complete and safe. */
  readonly carry: (connection: Connection, options: DataOptions) => Promise<void>;
  /** Text of the 226. */
  readonly done?: () => string;
}

/** Opens the data connection and carries. Whatever goes wrong, the peer cannot take half a file for a whole one: it is reset. */
export async function runTransfer(talk: Conversation, plan: TransferPlan, signal: AbortSignal): Promise<Reply> {
  const progress = { bytes: 0 };
  talk.transfer = { what: plan.what, progress };
  try {
    if (mustProtect(talk)) return makeReply(521, "Data connections must be encrypted: send PBSZ 0 and PROT P first.");
    const plain = await openPlain(talk, signal);
    if ("code" in plain) return plain;
    talk.say(makeReply(150, plan.opening ?? `Opening ${modeOf(talk)} mode data connection for ${plan.what}.`));
    const connection = await protect(talk, plain, plan.upload === true, signal);
    if ("code" in connection) return connection;
    return await carry(talk, plan, connection, progress, signal);
  } finally {
    talk.transfer = undefined;
    talk.moved = { path: plan.path ?? "", bytes: progress.bytes };
  }
}

async function openPlain(talk: Conversation, signal: AbortSignal): Promise<Connection | Reply> {
  try {
    return await talk.data.open(signal);
  } catch (error) {
    if (signal.aborted || !isSallyportError(error)) throw error;
    return noDataConnection(error);
  }
}

/** After the 150: clients wait for it before they begin the handshake. */
async function protect(
  talk: Conversation,
  plain: Connection,
  upload: boolean,
  signal: AbortSignal,
): Promise<Connection | Reply> {
  if (!talk.state.protectedData || talk.tls === undefined) return plain;
  try {
    const secure = await talk.tls.secure(plain, signal, upload);
    if (secure.resumed || talk.context.policy.tls?.requireReuse !== true) return secure;
    secure.reset();
    return makeReply(425, "The data connection has to resume the TLS session of the control connection.");
  } catch (error) {
    if (signal.aborted || !isSallyportError(error)) throw error;
    return noDataConnection(error);
  }
}

async function carry(
  talk: Conversation,
  plan: TransferPlan,
  connection: Connection,
  progress: { bytes: number },
  outer: AbortSignal,
): Promise<Reply> {
  const { clock } = talk.context.environment;
  const stall = watchStall(clock, talk.context.policy.dataStallMs, progress, outer);
  try {
    await plan.carry(connection, { clock, signal: stall.signal, progress });
    talk.track(connection[Symbol.asyncDispose]() as Promise<void>);
    return makeReply(226, plan.done?.() ?? "Transfer complete.");
  } catch (error) {
    connection.reset();
    talk.track(connection.closed);
    return failureOf(error, talk.context.id);
  } finally {
    stall.release();
    void connection.closed.then((close) =>
      talk.emit({ type: "data.close", side: "downstream", close, bytes: progress.bytes }),
    );
  }
}

function failureOf(error: unknown, session: number): Reply {
  if (error instanceof Aborted) return makeReply(426, "Transfer aborted.");
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

const modeOf = ({ state }: Conversation): string => (state.type === "A" ? "ASCII" : "BINARY");

const mustProtect = (talk: Conversation): boolean =>
  talk.context.policy.tls?.required === true && !talk.state.protectedData;
