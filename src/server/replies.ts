// Replies that carry names: their bytes must not be changed, as makeReply would.
import type { Reply } from "../protocol/reply.ts";

/** One line, as it is. The caller has no line end in it. */
export function plainReply(code: number, text: string): Reply {
  return { code, lines: [`${code} ${text}`] };
}

/** `inner` lines are indented by a space, so that none looks like the last (RFC 959 section 4.2, RFC 3659 section 7.2). */
export function blockReply(code: number, first: string, inner: readonly string[], last: string): Reply {
  return { code, lines: [`${code}-${first}`, ...inner.map((line) => ` ${line}`), `${code} ${last}`] };
}
