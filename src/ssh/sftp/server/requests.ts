// A handler for each request (draft-ietf-secsh-filexfer-02, section 6; OpenSSH's PROTOCOL, section 4).

import {
  exists,
  type FileOptions,
  type FileSystem,
  makesLinks,
  setsModes,
  setsTimes,
  tellsSpace,
  updatesFiles,
} from "../../../platform/file-system.ts";
import { resolvePath } from "../../../protocol/file-path.ts";
import { limits } from "../../../protocol/limits.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";
import type { WireReader } from "../../connection-protocol/wire-reader.ts";
import { readUint64, readWantedAttributes, type WantedAttributes } from "../wire/attributes.ts";
import { messages, statusCodes } from "../wire/message-types.ts";
import { type Handles, OpenDirectory, OpenFile } from "./handles.ts";
import {
  attributesReply,
  dataReply,
  done,
  entriesReply,
  handleReply,
  limitsReply,
  pathReply,
  type Reply,
  spaceReply,
  statusReply,
} from "./replies.ts";
import { Refusal } from "./status.ts";

export interface Sftp {
  readonly files: FileSystem;
  readonly handles: Handles;
  /** Time of day, milliseconds since 1970. */
  readonly now: () => number;
  readonly options: FileOptions;
}

type Handler = (sftp: Sftp, id: number, request: WireReader) => Promise<Reply>;

/** Sent in SSH_FXP_VERSION, with the versions that OpenSSH knows. */
export function extensionsOf(files: FileSystem): Readonly<Record<string, string>> {
  return {
    "posix-rename@openssh.com": "1",
    "limits@openssh.com": "1",
    "copy-data": "1",
    ...(tellsSpace(files) ? { "statvfs@openssh.com": "2", "fstatvfs@openssh.com": "2" } : {}),
    ...(makesLinks(files) ? { "hardlink@openssh.com": "1" } : {}),
  };
}

const pathOf = (request: WireReader): string => resolvePath("/", request.text());

const noLinks: Handler = () =>
  Promise.reject(new Refusal(statusCodes.unsupported, "symbolic links are neither read nor made here"));

const stat: Handler = async ({ files, options }, id, request) =>
  attributesReply(id, await files.stat(pathOf(request), options));

export const handlers: Readonly<Record<number, Handler>> = {
  [messages.open]: async ({ files, handles, options }, id, request) => {
    const path = pathOf(request);
    const flags = request.uint32();
    return handleReply(id, await handles.add(() => OpenFile.open(files, path, flags, options)));
  },
  [messages.close]: async ({ handles }, id, request) => {
    await handles.close(request.text());
    return statusReply(id, done);
  },
  [messages.read]: async ({ handles }, id, request) => {
    const file = handles.file(request.text());
    const offset = readUint64(request);
    const length = Math.min(request.uint32(), limits.sftpDataBytesMax);
    const bytes = await file.read(offsetOf(offset, length), length);
    if (bytes.length === 0) throw new Refusal(statusCodes.endOfFile, "end of file");
    return dataReply(id, bytes);
  },
  [messages.write]: async ({ handles }, id, request) => {
    const { writer } = handles.file(request.text());
    const offset = readUint64(request);
    const bytes = request.string();
    await writer.writeAt(offsetOf(offset, bytes.length), bytes);
    return statusReply(id, done);
  },
  // The FileSystem follows links; as links they stand in the listing.
  [messages.stat]: stat,
  [messages.lstat]: stat,
  [messages.fstat]: async ({ files, handles, options }, id, request) =>
    attributesReply(id, await files.stat(handles.any(request.text()).path, options)),
  [messages.setstat]: async (sftp, id, request) => {
    const path = pathOf(request);
    await setAttributes(sftp, path, readWantedAttributes(request), (bytes) => truncate(sftp, path, bytes));
    return statusReply(id, done);
  },
  [messages.fsetstat]: async (sftp, id, request) => {
    const file = sftp.handles.file(request.text());
    await setAttributes(sftp, file.path, readWantedAttributes(request), (bytes) => file.writer.truncate(bytes));
    return statusReply(id, done);
  },
  [messages.opendir]: async ({ files, handles, options }, id, request) => {
    const path = pathOf(request);
    const { type } = await files.stat(path, options);
    if (type !== "directory") throw new Refusal(statusCodes.failure, "that is not a directory");
    return handleReply(id, await handles.add(async () => new OpenDirectory(files, path, options)));
  },
  [messages.readdir]: async ({ handles, now }, id, request) => {
    const entries = await handles.directory(request.text()).next();
    if (entries.length === 0) throw new Refusal(statusCodes.endOfFile, "end of the directory");
    return entriesReply(id, entries, now());
  },
  [messages.remove]: async ({ files, options }, id, request) => {
    await files.remove(pathOf(request), options);
    return statusReply(id, done);
  },
  [messages.mkdir]: async ({ files, options }, id, request) => {
    await files.mkdir(pathOf(request), options);
    return statusReply(id, done);
  },
  [messages.rmdir]: async ({ files, options }, id, request) => {
    await files.rmdir(pathOf(request), options);
    return statusReply(id, done);
  },
  [messages.realpath]: async (_sftp, id, request) => pathReply(id, pathOf(request)),
  [messages.rename]: async ({ files, options }, id, request) => {
    const from = pathOf(request);
    const to = pathOf(request);
    // Section 6.5: a name that is taken is an error.
    if (await exists(files, to, options)) throw new Refusal(statusCodes.failure, "the new name is taken");
    await files.rename(from, to, options);
    return statusReply(id, done);
  },
  [messages.readlink]: noLinks,
  [messages.symlink]: noLinks,
  [messages.extended]: async (sftp, id, request) => {
    const extension = ownEntry(extended, request.text());
    if (extension === undefined) throw new Refusal(statusCodes.unsupported, "there is no such extension here");
    return extension(sftp, id, request);
  },
};

const extended: Readonly<Record<string, Handler>> = {
  "posix-rename@openssh.com": async ({ files, options }, id, request) => {
    await files.rename(pathOf(request), pathOf(request), options);
    return statusReply(id, done);
  },
  "statvfs@openssh.com": (sftp, id, request) => space(sftp, id, pathOf(request)),
  "fstatvfs@openssh.com": (sftp, id, request) => space(sftp, id, sftp.handles.any(request.text()).path),
  "hardlink@openssh.com": async ({ files, options }, id, request) => {
    if (!makesLinks(files)) throw new Refusal(statusCodes.unsupported, "hard links are not supported here");
    await files.link(pathOf(request), pathOf(request), options);
    return statusReply(id, done);
  },
  "copy-data": copyData,
  "limits@openssh.com": async (_sftp, id) =>
    limitsReply(id, {
      packet: limits.sftpPacketBytesMax,
      read: limits.sftpDataBytesMax,
      write: limits.sftpDataBytesMax,
      handles: limits.sftpHandlesMax,
    }),
};

/** Section 4.4; where nothing is known the client gets unsupported. */
async function space({ files, options }: Sftp, id: number, path: string): Promise<Reply> {
  if (!tellsSpace(files)) throw new Refusal(statusCodes.unsupported, "the free space is not known here");
  return spaceReply(id, await files.space(path, options));
}

/** Section 4.10: to the end of the file where no length is given. What is read cannot be what is written. */
async function copyData({ files, handles, options }: Sftp, id: number, request: WireReader): Promise<Reply> {
  const source = handles.file(request.text());
  const from = readUint64(request);
  const length = readUint64(request);
  const target = handles.file(request.text());
  const to = readUint64(request);
  if (source.path === target.path) throw new Refusal(statusCodes.failure, "a file cannot be copied into itself");
  const [start, at] = [offsetOf(from, length ?? Number.NaN), offsetOf(to, length ?? Number.NaN)];
  const { writer } = target;
  // As long as it is now: it may be the target under another name, and grow with it.
  const { size } = await files.stat(source.path, options);
  const most = Math.min(length === 0 ? Number.POSITIVE_INFINITY : (length ?? 0), size - start);
  for (let copied = 0; copied < most; ) {
    options.signal.throwIfAborted();
    const bytes = await source.read(start + copied, Math.min(limits.sftpDataBytesMax, most - copied));
    if (bytes.length === 0) break;
    await writer.writeAt(offsetOf(at + copied, bytes.length), bytes);
    copied += bytes.length;
  }
  return statusReply(id, done);
}

async function setAttributes(
  { files, options }: Sftp,
  path: string,
  wanted: WantedAttributes,
  resize: (bytes: number) => Promise<void>,
): Promise<void> {
  if (wanted.impossibleSize) throw new Refusal(statusCodes.failure, "no file can have so many bytes");
  if (wanted.size !== undefined) await resize(wanted.size);
  if (wanted.mode !== undefined) {
    if (!setsModes(files)) throw cannot("permission bits");
    await files.setMode(path, wanted.mode, options);
  }
  if (wanted.modifiedMs !== undefined) {
    if (!setsTimes(files)) throw cannot("times");
    await files.setModified(path, wanted.modifiedMs, options);
  }
  if (wanted.owner) throw cannot("owners");
}

/** Where `length` bytes from there end before 2^53. */
function offsetOf(offset: number | undefined, length: number): number {
  if (offset !== undefined && Number.isSafeInteger(offset + length)) return offset;
  throw new Refusal(statusCodes.failure, "the offset is too large for any file");
}

async function truncate({ files, options }: Sftp, path: string, bytes: number): Promise<void> {
  if (!updatesFiles(files)) throw cannot("sizes");
  await using file = await files.openUpdate(path, options);
  await file.truncate(bytes);
  await file.finish();
}

function cannot(what: string): Refusal {
  return new Refusal(statusCodes.unsupported, `${what} cannot be set here`);
}
