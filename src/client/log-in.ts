// USER, PASS, ACCT (RFC 959 section 5.4: each of them may be the last one).
import { loginError, replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Reply } from "../protocol/reply.ts";
import { type Talk, wireName } from "./talk.ts";

/** Throws `FTP_LOGIN`. */
export async function logIn(talk: Talk): Promise<void> {
  const { link, options } = talk;
  const user = options.user ?? "anonymous";
  const password = options.password ?? (options.user === undefined ? "anonymous@" : "");
  let reply = await link.command("USER", wireName(talk, user));
  if (reply.code === 331) reply = await link.command("PASS", secretName(talk, password));
  if (reply.code === 332 && options.account !== undefined) {
    reply = await link.command("ACCT", secretName(talk, options.account));
  }
  // 232: RFC 2228, the certificate was enough.
  if (reply.code !== 230 && reply.code !== 202 && reply.code !== 232) throw refused(user, reply);
}

const refused = (user: string, reply: Reply): Error =>
  reply.code < 300 ? replyError("the login was not answered", reply) : loginError(user, reply);

/** What is wrong with it must not be shown. */
function secretName(talk: Talk, secret: string): string {
  try {
    return wireName(talk, secret);
  } catch {
    throw new SallyportError("CONFIG_INVALID", "a password or account has a line end, a NUL or a strange character");
  }
}
