// Files over a data connection: RETR, STOR, APPE, STOU.
import type { WriteStart } from "../../platform/file-system.ts";
import { openUpload } from "../../platform/upload-target.ts";
import { fromNetworkLines, toNetworkLines } from "../../protocol/ascii.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { nameOf } from "../../protocol/file-path.ts";
import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { type Conversation, filesOf, type HandlerTable, pathOf } from "../conversation.ts";
import { converted, filePieces } from "../file-source.ts";
import { receiveData } from "../receive-data.ts";
import { sendData } from "../send-data.ts";
import { runTransfer } from "../transfer.ts";

export const transferHandlers: HandlerTable = {
  RETR: download,
  STOR: (talk, argument, signal) =>
    upload(talk, pathOf(talk, argument), talk.state.restart > 0 ? talk.state.restart : "truncate", signal),
  // What is appended begins at the end, whatever REST said.
  APPE: (talk, argument, signal) => upload(talk, pathOf(talk, argument), "append", signal),
  STOU: async (talk, argument, signal) => {
    const path = await uniquePath(talk, argument || "upload", signal);
    // RFC 1123 section 4.1.2.9: the name is told in just this form.
    return upload(talk, path, "exclusive", signal, `FILE: ${nameOf(path)}`);
  },
};

async function download(talk: Conversation, argument: string, signal: AbortSignal): Promise<Reply> {
  const { type, restart } = talk.state;
  if (type === "A" && restart > 0) return makeReply(504, "REST not allowed in ASCII mode; send TYPE I first.");
  const path = pathOf(talk, argument);
  const reader = await filesOf(talk).openRead(path, { offset: restart, signal });
  try {
    if (restart > reader.facts.size) return makeReply(554, beyondEnd(reader.facts.size));
    const pieces = filePieces(reader, restart);
    const source = type === "A" ? converted(pieces, toNetworkLines()) : pieces;
    const what = `${printable(nameOf(path), 200)} (${reader.facts.size} bytes)`;
    const carry: Parameters<typeof runTransfer>[1]["carry"] = (to, options) => sendData(source, to, options);
    return await runTransfer(talk, { path, what, carry }, signal);
  } finally {
    // It was only read, so the reply need not wait for that.
    talk.track(reader[Symbol.asyncDispose]() as Promise<void>);
  }
}

async function upload(
  talk: Conversation,
  path: string,
  start: WriteStart,
  signal: AbortSignal,
  what: string = printable(nameOf(path), 200),
): Promise<Reply> {
  const { type } = talk.state;
  if (type === "A" && typeof start === "number")
    return makeReply(504, "REST not allowed in ASCII mode; send TYPE I first.");
  if (typeof start === "number") {
    // Nothing is made, and nothing cut off, when there is nothing to continue.
    const { size } = await filesOf(talk).stat(path, { signal });
    if (size < start) return makeReply(554, beyondEnd(size));
  }
  const { policy, environment, lostUploads } = talk.context;
  const { user } = talk.state;
  const atomic = policy.atomicUploads;
  // As ProFTPD says it where it lets nobody go on; lftp begins again when it reads these words.
  if ((start === "append" || typeof start === "number") && lostUploads.has(user, path))
    return makeReply(
      451,
      `${what}: Append/Restart not permitted, try again from the beginning: what was sent before is not there.`,
    );
  const options = { start, atomic, randomName: environment.randomName, signal };
  const target = await openUpload(filesOf(talk), path, options);
  const converter = type === "A" ? fromNetworkLines() : undefined;
  const convert = (pieces: readonly Uint8Array[]): readonly Uint8Array[] =>
    converter === undefined ? pieces : pieces.map((piece) => converter.convert(piece));
  try {
    return await runTransfer(
      talk,
      {
        path,
        what,
        upload: true,
        ...(start === "exclusive" ? { opening: what, done: () => `${what}, complete.` } : {}),
        carry: async (from, dataOptions) => {
          if (start === "truncate") lostUploads.begin(user, path);
          await receiveData(
            from,
            async (pieces) => {
              await target.write(convert(pieces));
              if (!atomic) lostUploads.kept(user, path);
            },
            dataOptions,
          );
          if (converter !== undefined) await target.write([converter.end()]);
          await target.finish();
          lostUploads.kept(user, path);
        },
      },
      signal,
    );
  } finally {
    await target[Symbol.asyncDispose]();
  }
}

const beyondEnd = (size: number): string => `Restart position is beyond the end of the file (${size} bytes).`;

async function uniquePath(talk: Conversation, pattern: string, signal: AbortSignal): Promise<string> {
  for (let attempt = 0; attempt < limits.uniqueNamesMax; attempt += 1) {
    const path = pathOf(talk, `${pattern}.${talk.context.environment.randomName()}`);
    try {
      await filesOf(talk).stat(path, { signal });
    } catch (error) {
      if (isSallyportError(error) && error.code === "FS_NOT_FOUND") return path;
      throw error;
    }
  }
  throw new SallyportError("FS_EXISTS", "no name is free");
}
