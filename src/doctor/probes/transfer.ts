// One transfer over a data connection that is there or will come. LIST is the smallest that every server has; nothing of it is kept.
import { finalReplySoon } from "../../client/abort-transfer.ts";
import type { Session } from "../../client/session.ts";
import type { TlsClient } from "../../network/tls-client.ts";
import { abortablePromise, raceAbort } from "../../platform/abort.ts";
import { withDeadline } from "../../platform/clock.ts";
import type { Connection } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Reply } from "../../protocol/reply.ts";
import { asProbeError } from "./session-probe.ts";

export interface ProbeOutcome {
  readonly works: boolean;
  readonly connection?: Connection;
  readonly final?: Reply;
  readonly error?: SallyportError;
}

export interface ProbeOrder {
  readonly verb: "LIST" | "RETR" | "STOR";
  /** For the wire. */
  readonly argument?: string;
  /** Moves the data, to the end of both directions. */
  readonly carry: (data: Connection, signal: AbortSignal) => Promise<void>;
  /** Beside what a listing may take. */
  readonly extraMs?: number;
  /** Default: the session's. */
  readonly tls?: TlsClient;
}

const listing: ProbeOrder = { verb: "LIST", carry: drained };

export const listOver = (
  session: Session,
  coming: Promise<Connection>,
  signal: AbortSignal,
  tls?: TlsClient,
): Promise<ProbeOutcome> => transferOver(session, { ...listing, ...definedProps({ tls }) }, coming, signal);

/** `coming`: with active modes it comes only after the command. Its rejection is the outcome's error. */
export async function transferOver(
  session: Session,
  order: ProbeOrder,
  coming: Promise<Connection>,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { verb, argument, carry, extraMs = 0, tls = session.tls } = order;
  const over = new AbortController();
  const { clock } = session.environment;
  const deadline = withDeadline(clock, limits.doctorProbeMs + extraMs, signal, nothingMoves);
  const stop = AbortSignal.any([deadline.signal, over.signal]);
  const asked = session.control.ask(verb, argument, "transfer");
  let data: Connection | undefined;
  const carried = raceAbort(coming, stop).then(async (plain) => {
    data = plain;
    if (session.protectData && tls !== undefined) data = await tls.secureData(plain, stop);
    // pyftpdlib waits for ever for the end of what came before its 150.
    if (verb === "STOR") await raceAbort(asked.first, stop);
    await carry(data, stop);
    session.control.dataOver();
  });
  carried.catch(() => {});
  try {
    const refused = asked.final.then((final) => (final.code >= 400 ? final : carried.then(() => final)));
    const final = await raceAbort(Promise.race([refused, carried.then(() => asked.final)]), stop);
    return { works: final.code >= 200 && final.code < 300, final, ...definedProps({ connection: data }) };
  } catch (error) {
    signal.throwIfAborted();
    const final = await raceAbort(finalReplySoon(session, asked), signal);
    return { works: false, error: asProbeError(error), ...definedProps({ connection: data, final }) };
  } finally {
    deadline.release();
    over.abort(new Error("the transfer is over"));
    coming.then((late) => late.reset()).catch(() => {});
    data?.reset();
  }
}

/** Resolves at the end-of-file; a break rejects. */
export function drained({ stream, closed }: Connection, signal: AbortSignal): Promise<void> {
  return abortablePromise(signal, (resolve, reject) => {
    const onEnd = (): void => {
      stream.end();
      resolve();
    };
    stream
      .on("error", () => {})
      .once("end", onEnd)
      .resume();
    if (stream.readableEnded) onEnd();
    void closed.then(({ error }) => {
      if (error === undefined && stream.readableEnded) return;
      reject(
        error ??
          new SallyportError("NET_RESET", "the data connection broke before its end", { details: { phase: "data" } }),
      );
    });
    return () => stream.off("end", onEnd);
  });
}

const nothingMoves = (): SallyportError =>
  new SallyportError("NET_TIMEOUT", `no transfer within ${limits.doctorProbeMs / 1000} s`, {
    details: { phase: "data" },
  });
