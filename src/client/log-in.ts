// USER, PASS, ACCT (RFC 959 section 5.4: each of them may be the last one).
import { raceAbort } from "../platform/race-abort.ts";
import { loginError, replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions, Credentials } from "./client-options.ts";
import { type Talk, wireName } from "./talk.ts";

const anonymous = "anonymous";

/** Throws `FTP_LOGIN`, and whatever `credentials` throws. */
export async function logIn(talk: Talk): Promise<void> {
  await askCredentials(talk);
  await finish(talk, talk.options, await sayUser(talk, talk.options));
}

/** In a running session. */
export async function logInAgain(talk: Talk, who: Credentials): Promise<void> {
  const reply = await sayUser(talk, who);
  if (reply.code >= 400) throw replyError("the server takes no other user in this session", reply);
  await finish(talk, who, reply);
  const { user: _, password: __, account: ___, ...others } = talk.options;
  talk.options = { ...others, ...who };
  talk.type = undefined;
}

/** Once: a session that takes the place of this one has the answer. */
async function askCredentials(talk: Talk): Promise<void> {
  const { credentials, ...others } = talk.options;
  if (credentials === undefined) return;
  const over = new AbortController();
  void talk.link.closed.then((error) => over.abort(error));
  const signal = others.signal === undefined ? over.signal : AbortSignal.any([over.signal, others.signal]);
  talk.options = { ...others, ...(await raceAbort(credentials(talk.greeting, signal), signal)) };
}

type Known = Pick<ClientOptions, "user" | "password" | "account">;

const sayUser = (talk: Talk, { user = anonymous }: Known): Promise<Reply> =>
  talk.link.command("USER", wireName(talk, user));

async function finish(talk: Talk, known: Known, first: Reply): Promise<void> {
  const { link } = talk;
  const { user = anonymous, password = user === anonymous ? "anonymous@" : "", account } = known;
  let reply = first;
  if (reply.code === 331) reply = await link.command("PASS", secretName(talk, password));
  if (reply.code === 332 && account !== undefined) reply = await link.command("ACCT", secretName(talk, account));
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
