// One attempt of a download: a file of the server, from a byte on, into a sink. The others, files and streams are made of it in src/transfer.
import { fromNetworkLines } from "../protocol/ascii.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";
import { receiveData, type Sink } from "./receive-data.ts";
import { mayHave, type Session, stallMsOf, wireName } from "./session.ts";
import type { TransferOrder } from "./transfer.ts";
import { runTransfer } from "./transfer-attempts.ts";
import type { SourceFacts, TransferOptions, TransferResult } from "./transfer-options.ts";
import { compare, reportedSize, reportedTime, type Verification, verify } from "./verification.ts";
import { type Holder, overSession } from "./with-retries.ts";
import { withName } from "./working-directory.ts";

/** One attempt of a download. */
export interface ReceiveOrder extends Pick<TransferOptions, "type" | "onProgress" | "onDataComplete"> {
  readonly path: string;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** The first byte that is wanted. */
  readonly offset: number;
  /** Its checksum has the bytes before `offset` already. */
  readonly check: Verification;
  /** What those bytes are from: `FTP_VERIFY` with the phase `resume` when the server's file is another one. */
  readonly known?: SourceFacts;
  readonly onSoonOver?: TransferOrder["onSoonOver"];
  /** Called once when the server has told them. */
  readonly onFacts?: (facts: SourceFacts) => void;
}

interface Received {
  /** Of the file, with those before `offset`. */
  bytes: number;
  size: number | undefined;
}

/** Resolves when the sink has every byte, the server has confirmed, and what can be compared agrees. `release` lets the next call's commands out. */
export function receive(holder: Holder, order: ReceiveOrder, release: () => void): Promise<TransferResult> {
  const { path, signal } = order;
  wireName(holder.session, path);
  return overSession(holder, signal, (session) =>
    withName(session, { path, signal }, (name) => receiveByName(session, name, order, release)),
  );
}

/** The same within a turn that is somebody's already; `name` is for the wire. */
export async function receiveByName(
  session: Session,
  name: string,
  order: ReceiveOrder,
  release: () => void,
): Promise<TransferResult> {
  const { path, offset, signal, known, onFacts } = order;
  const what = `could not download "${printable(path, 200)}"`;
  const check = { ...order.check, size: order.check.size && mayHave(session, "SIZE") };
  const received: Received = { bytes: offset, size: undefined };
  const type = order.type === "ascii" ? "A" : "I";
  // Pipelined with the transfer, so that it costs no round trip.
  const reported = check.size && session.type === type ? reportedSize(session, name) : Promise.resolve(undefined);
  void reported.then((size) => {
    // 0 is what servers report of files that they make while they are read.
    received.size = size === 0 ? undefined : size;
  });
  const facts = onFacts === undefined && known === undefined ? undefined : factsOf(session, name, reported);
  if (onFacts !== undefined) facts?.then(onFacts, () => {});
  if (known !== undefined && facts !== undefined) assertSame(what, known, await facts);
  if (session.options.pipeline === false) await Promise.all([reported, facts]);
  const { sink, finish } = counting(order, received);
  let asksAgain = true;
  const isShort = (): boolean =>
    offset === 0 && !check.exact && received.size !== undefined && received.size <= limits.clientShortFileBytes;
  const { how } = await runTransfer(session, {
    verb: "RETR",
    argument: wireName(session, name),
    what,
    direction: "download",
    type,
    offset,
    signal,
    carry: (data, stop) => receiveData(data, sink, { ...flow(session), signal: stop }),
    isShort,
    onSoonOver: order.onSoonOver,
    onDataComplete: (when) => {
      if (when === "begins") asksAgain = false;
      // A size that does not agree is asked for once more.
      const isSettled = received.size === received.bytes || (received.size === undefined && received.bytes === 0);
      if (check.hash === undefined && (!check.size || isSettled || !asksAgain)) releaseControl(release, order);
    },
  });
  finish();
  const about = { path: name, what, have: received.bytes, whole: offset === 0, direction: "download" } as const;
  // By then the session may be in another directory.
  const verified = asksAgain
    ? await verify(session, about, check, await reported)
    : compare(session, about, check, await reported);
  return { bytes: received.bytes - offset, verified, mode: session.modes.mode, how, attempts: 1 };
}

/** Asks for MDTM as well, which is answered behind SIZE. */
function factsOf(session: Session, path: string, reported: Promise<number | undefined>): Promise<SourceFacts> {
  if (!session.features.has("MDTM")) return reported.then((size) => definedProps({ size }));
  return reportedTime(session, path).then(async (modifiedMs) => definedProps({ size: await reported, modifiedMs }));
}

/** Bytes of two files must not be mixed. Throws `FTP_VERIFY` with the phase `resume` when another size or time is told than before. */
export function assertSame(what: string, known: SourceFacts, found: SourceFacts): void {
  const differs = (name: keyof SourceFacts): boolean =>
    known[name] !== undefined && found[name] !== undefined && known[name] !== found[name];
  if (!differs("size") && !differs("modifiedMs")) return;
  throw new SallyportError("FTP_VERIFY", `${what}: the file was replaced at the server since the last attempt`, {
    details: { phase: "resume" },
    hint: "Download it again from the beginning.",
  });
}

export function releaseControl(release: () => void, { onDataComplete }: Pick<TransferOptions, "onDataComplete">): void {
  release();
  onDataComplete?.();
}

export const flow = (session: Session): { clock: Session["environment"]["clock"]; stallMs: number } => ({
  clock: session.environment.clock,
  stallMs: stallMsOf(session.options),
});

/** Lines have other lengths on the wire: nobody could say where to go on. */
export function refuseAsciiParts(what: string, options: TransferOptions, inParts: boolean): void {
  if (options.type !== "ascii" || (!inParts && (options.retries ?? 0) === 0)) return;
  throw new SallyportError("CONFIG_INVALID", `${what}: an ASCII transfer cannot be resumed`, {
    hint: "Transfer it whole, or in binary mode.",
  });
}

/** Counts, converts and checks what goes through; `finish` at its end: a converter may hold something. */
function counting(
  { sink, type, check, onProgress }: ReceiveOrder,
  received: Received,
): { readonly sink: Sink; readonly finish: () => void } {
  const lines = type === "ascii" ? fromNetworkLines() : undefined;
  const { room } = sink;
  return {
    sink: {
      write(chunk) {
        received.bytes += chunk.length;
        check.hash?.digest.update(chunk);
        onProgress?.({ ...received });
        return sink.write(lines === undefined ? chunk : lines.convert(chunk));
      },
      whenReady: (callback) => sink.whenReady(callback),
      // Converted lines are others than those that came.
      ...(lines !== undefined || room === undefined ? {} : { room: () => room.call(sink) }),
    },
    finish: () => {
      const rest = lines?.end();
      if (rest !== undefined && rest.length > 0) sink.write(rest);
      sink.end?.();
    },
  };
}
