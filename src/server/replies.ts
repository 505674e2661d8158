// Replies that carry names, whose bytes must not be changed as makeReply would; and from an error to its reply, the only place that
// knows.

import { noDataConnection as dataConnectionReply } from "../protocol/data-commands.ts";
import { type ErrorCode, isSallyportError, type SallyportError } from "../protocol/error.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";

/** One line, as it is. The caller has no line end in it. */
export function plainReply(code: number, text: string): Reply {
  return { code, lines: [`${code} ${text}`] };
}

/** `inner` lines are indented by a space, so that none looks like the last (RFC 959 section 4.2, RFC 3659 section 7.2). */
export function blockReply(code: number, first: string, inner: readonly string[], last: string): Reply {
  return { code, lines: [`${code}-${first}`, ...inner.map((line) => ` ${line}`), `${code} ${last}`] };
}

/** RFC 959 section 5.4; what is not here is 451: an error of ours, which may pass. */
const codes: Readonly<Partial<Record<ErrorCode, number>>> = {
  FS_NOT_FOUND: 550,
  FS_EXISTS: 550,
  FS_NOT_DIRECTORY: 550,
  FS_IS_DIRECTORY: 550,
  FS_NOT_EMPTY: 550,
  FS_NOT_FILE: 550,
  FS_PERMISSION: 550,
  FS_READ_ONLY: 550,
  FS_OUTSIDE: 550,
  FS_NO_SPACE: 452,
  FS_NAME_INVALID: 553,
  FS_UNSUPPORTED: 504,
  FS_FAILED: 451,
  NET_RESET: 426,
  NET_TIMEOUT: 426,
  NET_FAILED: 426,
  CLOSED: 426,
  // Of a FileSystem behind SSH.
  SSH_DISCONNECTED: 426,
  SSH_CONNECT: 426,
};

/** The client sent ABOR. */
export class Aborted extends Error {
  override readonly name = "Aborted";

  constructor() {
    super("aborted");
  }
}

export const isAborted = (error: unknown): boolean => error instanceof Error && error.name === "Aborted";

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** The reply to a command that failed; `undefined` for an error that is no refusal but a fault of ours. */
export function refusalOf(error: unknown): Reply | undefined {
  if (isAborted(error)) return makeReply(426, "Command aborted.");
  if (!isSallyportError(error) || error.code === "INTERNAL") return undefined;
  const code = error.code === "FTP_PROTOCOL_REMOTE" ? (error.details.reply ?? 501) : (codes[error.code] ?? 451);
  return makeReply(code, sentence(error.message));
}

/** No data connection: the cause in words, and what helps. */
export function noDataConnection(error: SallyportError): Reply {
  const hint = error.hint === undefined ? "" : ` ${sentence(error.hint)}`;
  return dataConnectionReply(`${sentence(error.message)}${hint}`);
}
