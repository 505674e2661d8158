// LIST over a data connection that is there or will come: the smallest transfer that every server has. Nothing of it is kept.
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

export interface ListingOutcome {
  readonly works: boolean;
  readonly connection?: Connection;
  readonly final?: Reply;
  readonly error?: SallyportError;
}

/** `coming`: with active modes it comes only after the command. Its rejection is the outcome's error. */
export async function listOver(
  session: Session,
  coming: Promise<Connection>,
  signal: AbortSignal,
  tls: TlsClient | undefined = session.tls,
): Promise<ListingOutcome> {
  const over = new AbortController();
  const deadline = withDeadline(session.environment.clock, limits.doctorProbeMs, signal, nothingMoves);
  const stop = AbortSignal.any([deadline.signal, over.signal]);
  const asked = session.control.ask("LIST", undefined, "transfer");
  let data: Connection | undefined;
  const carried = raceAbort(coming, stop).then(async (plain) => {
    data = plain;
    if (session.protectData && tls !== undefined) data = await tls.secureData(plain, stop);
    await drained(data, stop);
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
    over.abort(new Error("the listing is over"));
    coming.then((late) => late.reset()).catch(() => {});
    data?.reset();
  }
}

/** Resolves at the end-of-file; a break rejects. */
function drained({ stream, closed }: Connection, signal: AbortSignal): Promise<void> {
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
  new SallyportError("NET_TIMEOUT", `no listing within ${limits.doctorProbeMs / 1000} s`, {
    details: { phase: "data" },
  });
