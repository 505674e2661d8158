// Checksums: HASH (draft-bryan-ftpext-hash) and what came before it.
import { SallyportError } from "../../protocol/error.ts";
import type { HashName } from "../../protocol/hashes.ts";
import { makeReply } from "../../protocol/reply.ts";
import { checksum } from "../checksum.ts";
import { plainReply } from "../replies.ts";
import { filesOf, type Handler, type HandlerTable, pathOf, type Session } from "../session.ts";

export const hashHandlers: HandlerTable = {
  HASH: async (session, argument, signal) => {
    const start = session.state.restart;
    session.state.restart = 0;
    const { hash, bytes } = await hashOf(session, session.state.hash, argument, start, undefined, signal);
    return plainReply(213, `${session.state.hash} ${start}-${start + bytes} ${hash} ${argument}`);
  },
  XCRC: old("CRC32", 250),
  XMD5: old("MD5", 250),
  MD5: old("MD5", 251),
  XSHA: old("SHA-1", 250),
  XSHA1: old("SHA-1", 250),
  XSHA256: old("SHA-256", 250),
  XSHA512: old("SHA-512", 250),
};

/** `path`, or `path first last` where the numbers are bytes from 0; quotes around a path with spaces. */
function old(name: HashName, code: number): Handler {
  return async (session, argument, signal) => {
    const quoted = /^"((?:[^"]|"")*)"(?: (\d{1,15})(?: (\d{1,15}))?)?$/.exec(argument);
    const ranged = quoted ?? /^(.*) (\d{1,15}) (\d{1,15})$/s.exec(argument) ?? [undefined, argument];
    const [, path = "", first = "0", last] = ranged;
    const start = Number(first);
    const end = last === undefined ? undefined : Number(last);
    if (end !== undefined && end < start) return makeReply(501, "The last byte must not be before the first.");
    const plain = quoted === null ? path : path.replaceAll('""', '"');
    const { hash } = await hashOf(session, name, plain, start, end, signal);
    // The reply to MD5 names the file too (draft-twine-ftpmd5 section 3.1).
    return plainReply(code, code === 251 ? `${argument} ${hash.toUpperCase()}` : hash.toUpperCase());
  };
}

async function hashOf(
  session: Session,
  name: HashName,
  argument: string,
  start: number,
  end: number | undefined,
  signal: AbortSignal,
): Promise<{ readonly hash: string; readonly bytes: number }> {
  const reader = await filesOf(session).openRead(pathOf(session, argument), { offset: start, signal });
  try {
    if (start > reader.facts.size)
      throw new SallyportError("FS_FAILED", `the start is beyond the end of the file (${reader.facts.size} bytes)`);
    return await checksum(reader, name, (end ?? reader.facts.size) - start, signal);
  } finally {
    await reader[Symbol.asyncDispose]();
  }
}
