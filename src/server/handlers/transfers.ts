// Files over a data connection: RETR, STOR, APPE, STOU.
import { FileRest } from "../../data-connection/file-rest.ts";
import type { FileReader, WriteStart } from "../../platform/file-system.ts";
import type { Connection } from "../../platform/network.ts";
import { openUpload, type UploadTarget } from "../../platform/upload-target.ts";
import { type Converter, fromNetworkLines, toNetworkLines } from "../../protocol/ascii.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { nameOf } from "../../protocol/file-path.ts";
import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { FilePieces } from "../file-pieces.ts";
import { receiveData } from "../receive-data.ts";
import { type DataOptions, sendData, sendFile } from "../send-data.ts";
import { convertsLines, filesOf, type HandlerTable, pathOf, type Session } from "../session.ts";
import { runTransfer } from "../transfer.ts";

export const transferHandlers: HandlerTable = {
  RETR: download,
  STOR: (session, argument, signal) =>
    upload(session, pathOf(session, argument), session.state.restart > 0 ? session.state.restart : "truncate", signal),
  // What is appended begins at the end, whatever REST was.
  APPE: (session, argument, signal) => upload(session, pathOf(session, argument), "append", signal),
  STOU: async (session, argument, signal) => {
    const path = await uniquePath(session, argument || "upload", signal);
    // RFC 1123 section 4.1.2.9: the name is reported in just this form.
    return upload(session, path, "exclusive", signal, `FILE: ${nameOf(path)}`);
  },
};

async function download(session: Session, argument: string, signal: AbortSignal): Promise<Reply> {
  const { restart } = session.state;
  const converts = convertsLines(session);
  if (converts && restart > 0) return makeReply(504, "REST not allowed in ASCII mode; send TYPE I first.");
  const path = pathOf(session, argument);
  const opened = session.ahead.take(path, restart, signal);
  const ahead = opened instanceof Promise ? await opened : opened;
  const reader = ahead ?? (await filesOf(session).openRead(path, { offset: restart, signal }));
  try {
    const { size, unreported } = reader.facts;
    const isKnown = unreported?.includes("size") !== true;
    if (isKnown && restart > size) return makeReply(554, beyondEnd(size));
    const what = `${printable(nameOf(path), 200)}${isKnown ? ` (${size} bytes)` : ""}`;
    const carry = (to: Connection, options: DataOptions): Promise<void> =>
      converts
        ? sendData(lines(reader), to, options)
        : sendFile(new FilePieces(reader, restart, restOf(reader, to, options)), to, options);
    return await runTransfer(session, { path, what, carry }, signal);
  } finally {
    // It was only read, so the reply need not wait for that.
    session.track(reader[Symbol.asyncDispose]() as Promise<void>);
  }
}

const lines = (reader: FileReader): AsyncIterable<Uint8Array> => converted(new FilePieces(reader, 0), toNetworkLines());

/** Of a file that is large enough. */
function restOf({ facts }: FileReader, to: Connection, { clock, signal, progress }: DataOptions): FileRest | undefined {
  if (facts.size < limits.systemSendFromBytes) return undefined;
  const moved = (bytes: number): void => {
    progress.bytes += bytes;
  };
  return new FileRest(to, { clock, signal, moved });
}

async function upload(
  session: Session,
  path: string,
  start: WriteStart,
  signal: AbortSignal,
  what: string = printable(nameOf(path), 200),
): Promise<Reply> {
  const { policy, environment, lostUploads } = session.context;
  const converts = convertsLines(session);
  if (converts && typeof start === "number")
    return makeReply(504, "REST not allowed in ASCII mode; send TYPE I first.");
  if (typeof start === "number") {
    // Nothing is made, and nothing cut off, when there is nothing to continue.
    const { size } = await filesOf(session).stat(path, { signal });
    if (size < start) return makeReply(554, beyondEnd(size));
  }
  const { user } = session.state;
  const atomic = policy.atomicUploads;
  // ProFTPD's text where it lets nobody resume; lftp starts again when it reads this text.
  if ((start === "append" || typeof start === "number") && lostUploads.has(user, path))
    return makeReply(
      451,
      `${what}: Append/Restart not permitted, try again from the beginning: what was sent before is not there.`,
    );
  const options = { start, atomic, randomName: environment.randomName, signal };
  let target: UploadTarget | undefined;
  const open = async (): Promise<void> => {
    target = await openUpload(filesOf(session), path, options);
  };
  const converter = converts ? fromNetworkLines() : undefined;
  const receive = async (from: Connection, dataOptions: DataOptions): Promise<void> => {
    if (target === undefined) throw new SallyportError("INTERNAL", "an upload without a file");
    const file = target;
    if (start === "truncate") lostUploads.begin(user, path);
    const write = async (pieces: readonly Uint8Array[]): Promise<void> => {
      await file.write(converter === undefined ? pieces : pieces.map((piece) => converter.convert(piece)));
      if (!atomic) lostUploads.kept(user, path);
    };
    await receiveData(from, write, dataOptions);
    if (converter !== undefined) await file.write([converter.end()]);
    await file.finish();
    target = undefined; // nothing is left of it
    lostUploads.kept(user, path);
  };
  const unique = start === "exclusive" ? { opening: what, done: () => `${what}, complete.` } : {};
  try {
    if (!policy.opensLate) await open();
    const late = policy.opensLate ? { open } : {};
    return await runTransfer(session, { path, what, upload: true, ...unique, ...late, carry: receive }, signal);
  } finally {
    if (target !== undefined) {
      await target[Symbol.asyncDispose]();
      if (target.mayHaveGaps === true) lostUploads.begin(user, path);
    }
  }
}

const beyondEnd = (size: number): string => `Restart position is beyond the end of the file (${size} bytes).`;

const freeOrHidden: ReadonlySet<string> = new Set(["FS_NOT_FOUND", "FS_PERMISSION", "FS_UNSUPPORTED"]);

async function uniquePath(session: Session, pattern: string, signal: AbortSignal): Promise<string> {
  for (let attempt = 0; attempt < limits.uniqueNamesMax; attempt += 1) {
    const path = pathOf(session, `${pattern}.${session.context.environment.randomName()}`);
    try {
      await filesOf(session).stat(path, { signal });
    } catch (error) {
      // Who may not look finds out when the file is made: it must not be there then.
      if (isSallyportError(error) && freeOrHidden.has(error.code)) return path;
      throw error;
    }
  }
  throw new SallyportError("FS_EXISTS", "no name is free");
}

async function* converted(pieces: AsyncIterable<Uint8Array>, converter: Converter): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield converter.convert(piece);
  const rest = converter.end();
  if (rest.length > 0) yield rest;
}
