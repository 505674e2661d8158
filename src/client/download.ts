// A file from the server to a sink.
import { fromNetworkLines } from "../protocol/ascii.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { DownloadStream } from "./download-stream.ts";
import { modifiedOf } from "./file-commands.ts";
import { openTarget } from "./file-sink.ts";
import { assertWritable, readLocal } from "./local-file.ts";
import { receiveData, type Sink } from "./receive-data.ts";
import { type Session, stallMsOf, wireName } from "./session.ts";
import type { SessionHolder } from "./session-holder.ts";
import { runTransfer } from "./transfer.ts";
import type {
  DownloadOptions,
  FetchOptions,
  SourceFacts,
  TransferOptions,
  TransferResult,
} from "./transfer-options.ts";
import { planVerification, reportedSize, type Verification, verify } from "./verification.ts";
import { type Holder, retryOver } from "./with-retries.ts";
import { withName } from "./working-directory.ts";

export interface DownloadOrder {
  readonly path: string;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** Lets the next call's commands out. */
  readonly release: () => void;
  readonly options: DownloadOptions;
  /** The bytes before `offset`, for a checksum of the whole file. */
  readonly before?: AsyncIterable<Uint8Array>;
}

interface CountingSink {
  readonly sink: Sink;
  /** What a converter still holds. */
  readonly finish: () => void;
}

interface Received {
  /** Of the file, with those before `offset`. */
  bytes: number;
  size: number | undefined;
}

/** Resolves when every byte has been given to the sink and the server has confirmed; with `retries` goes on where it broke. */
export async function download(holder: Holder, order: DownloadOrder): Promise<TransferResult> {
  const { path, options, signal } = order;
  const offset = options.offset ?? 0;
  const what = `could not download "${printable(path, 200)}"`;
  wireName(holder.session, path);
  refuseAsciiParts(what, options, offset > 0);
  const plan = planVerification(holder.session, options);
  if (offset > 0 && plan.hash !== undefined) {
    for await (const chunk of order.before ?? []) plan.hash.digest.update(chunk);
  }
  const received: Received = { bytes: offset, size: undefined };
  const { sink, finish } = counting(order, plan, received);
  let known: Promise<SourceFacts> | undefined;
  const attempt = async (session: Session, before: number, name: string): Promise<TransferResult> => {
    const type = options.type === "ascii" ? "A" : "I";
    const from = received.bytes;
    // Pipelined with the transfer, so that it costs no round trip.
    const reported = plan.size && session.type === type ? reportedSize(session, name) : Promise.resolve(undefined);
    reported.then(
      (size) => {
        // 0 is what servers report of files that they make while they are read.
        received.size = size === 0 ? undefined : size;
      },
      () => {}, // whoever waits for it below learns why
    );
    const facts = before === 0 ? reportFacts(session, name, reported, options) : Promise.resolve();
    facts.catch(() => {});
    const found = (options.retries ?? 0) > 0 ? identityOf(session, name, reported) : undefined;
    found?.catch(() => {});
    // Bytes of two files must not be mixed.
    if (before > 0 && from > offset && found !== undefined) assertSame(what, await known, await found);
    known ??= found;
    if (session.options.pipeline === false) await Promise.all([reported, facts]);
    const { how } = await runTransfer(session, {
      verb: "RETR",
      argument: wireName(session, name),
      what,
      direction: "download",
      type,
      offset: received.bytes,
      signal,
      carry: (data, stop) => receiveData(data, sink, { ...flow(session), signal: stop }),
      onDataComplete: () => {
        if (asksNothingMore(options, plan) && (!plan.size || isSettled(received))) releaseControl(order);
      },
    });
    finish();
    const about = { path: name, what, have: received.bytes, whole: from === 0, direction: "download" } as const;
    const verified = await verify(session, about, plan, await reported);
    return { bytes: received.bytes - offset, verified, mode: session.modes.mode, how, attempts: before + 1 };
  };
  return await retryOver(holder, options.retries ?? 0, signal, (session, before) =>
    withName(session, { path, signal }, (name) => attempt(session, before, name)),
  );
}

/** A size that does not agree is asked for once more. */
const isSettled = ({ size, bytes }: Received): boolean => size === bytes || (size === undefined && bytes === 0);

/** Asks for MDTM as well, and tells both. */
async function reportFacts(
  session: Session,
  path: string,
  reported: Promise<number | undefined>,
  { onFacts }: DownloadOptions,
): Promise<void> {
  if (onFacts !== undefined) onFacts(await identityOf(session, path, reported));
}

async function identityOf(session: Session, path: string, reported: Promise<number | undefined>): Promise<SourceFacts> {
  const time = session.features.has("MDTM") ? modifiedOf(session, path) : Promise.resolve(undefined);
  const [size, modifiedMs] = await Promise.all([reported.catch(() => undefined), time.catch(() => undefined)]);
  return definedProps({ size, modifiedMs });
}

/** Throws `FTP_VERIFY` with the phase `resume` when the server tells another size or time than before. */
function assertSame(what: string, known: SourceFacts | undefined, found: SourceFacts): void {
  const differs = (name: keyof SourceFacts): boolean =>
    known?.[name] !== undefined && found[name] !== undefined && known[name] !== found[name];
  if (!differs("size") && !differs("modifiedMs")) return;
  throw new SallyportError("FTP_VERIFY", `${what}: the file was replaced at the server since the last attempt`, {
    details: { phase: "resume" },
    hint: "Download it again from the beginning.",
  });
}

/** What is left after the data needs no command that is not on its way. */
export const asksNothingMore = ({ retries = 0 }: TransferOptions, plan: Verification): boolean =>
  retries === 0 && plan.hash === undefined;

export function releaseControl({ release, options }: { release: () => void; options: TransferOptions }): void {
  release();
  options.onDataComplete?.();
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

/** Counts, converts and checks what goes through. */
function counting({ sink, options }: DownloadOrder, plan: Verification, received: Received): CountingSink {
  const lines = options.type === "ascii" ? fromNetworkLines() : undefined;
  const { room } = sink;
  return {
    sink: {
      write(chunk) {
        received.bytes += chunk.length;
        plan.hash?.digest.update(chunk);
        options.onProgress?.({ ...received });
        return sink.write(lines === undefined ? chunk : lines.convert(chunk));
      },
      whenReady: (callback) => sink.whenReady(callback),
      // Converted lines are others than those that came.
      ...(lines !== undefined || room === undefined ? {} : { room: () => room.call(sink) }),
    },
    finish: () => {
      const rest = lines?.end();
      if (rest !== undefined && rest.length > 0) sink.write(rest);
    },
  };
}

export function openDownload(
  holder: SessionHolder,
  path: string,
  options: DownloadOptions,
  before?: AsyncIterable<Uint8Array>,
): DownloadStream {
  wireName(holder.session, path);
  return new DownloadStream((sink, stop) => {
    const signal = options.signal === undefined ? stop : AbortSignal.any([options.signal, stop]);
    return holder.transfer(
      signal,
      (_, both, release) =>
        download(holder, { path, sink, signal: both, release, options, ...definedProps({ before }) }),
      mayRevive(options),
      "anywhere",
    );
  });
}

/** One attempt, into the file itself; with `resume` behind what it has. What has come stays there after a failure. */
export async function fetchFile(
  holder: SessionHolder,
  path: string,
  localPath: string,
  options: FetchOptions,
): Promise<TransferResult> {
  await assertWritable(localPath);
  const target = await openTarget(localPath, options, holder.session.environment.clock);
  const { there, offset, sink } = target;
  const before = offset === 0 ? undefined : readLocal(localPath, 0, offset);
  const rest = { options: { ...options, offset }, ...definedProps({ before }) };
  try {
    const result = await holder.transfer(
      options.signal,
      (_, signal, release) => download(holder, { path, sink, signal, release, ...rest }),
      mayRevive(options),
      "anywhere",
    );
    await target.finish();
    return { ...result, bytes: result.bytes - (there - offset) };
  } catch (error) {
    await target.giveUp();
    throw error;
  }
}

export const mayRevive = ({ retries = 0 }: TransferOptions): boolean => retries > 0;
