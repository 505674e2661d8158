// USER, PASS, ACCT (RFC 959 section 5.4: each of them may be the last one).
import { raceAbort } from "../platform/abort.ts";
import { loginError, replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions, Credentials } from "./client-options.ts";
import { type Talk, wireName } from "./talk.ts";

const anonymous = "anonymous";

/** 232: RFC 2228, the certificate was enough. 200: servers that end `230-` with it. */
const loggedInCodes: ReadonlySet<number> = new Set([200, 202, 230, 232]);

/** Throws `FTP_LOGIN`, and whatever `credentials` and an `AskPassword` throw. */
export async function logIn(talk: Talk): Promise<void> {
  await askCredentials(talk);
  const known = await finish(talk, talk.options, await sayUser(talk, talk.options));
  talk.options = { ...talk.options, ...known };
}

/** In a running session. */
export async function logInAgain(talk: Talk, who: Credentials): Promise<void> {
  const reply = await sayUser(talk, who);
  if (reply.code >= 400)
    throw replyError("the server takes no other user in this session", talk.link.redaction.reply(reply));
  const known = await finish(talk, who, reply);
  const { user: _, password: __, account: ___, ...others } = talk.options;
  talk.options = { ...others, ...known };
  talk.type = undefined;
}

/** Once: a session that takes the place of this one has the answer. */
async function askCredentials(talk: Talk): Promise<void> {
  const { credentials, ...others } = talk.options;
  if (credentials === undefined) return;
  const who = await whileOpen(talk, (signal) => credentials(talk.greeting, signal));
  talk.options = { ...others, ...who };
}

/** A question that is taken back when the session is over. */
async function whileOpen<T>({ link, options }: Talk, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  void link.closed.then((error) => over.abort(error));
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  return await raceAbort(ask(signal), signal);
}

type Known = Pick<ClientOptions, "user" | "password" | "account">;

const sayUser = (talk: Talk, { user = anonymous }: Known): Promise<Reply> =>
  talk.link.command("USER", wireName(talk, user));

/** Who is logged in then, with the password that was asked for. */
async function finish(talk: Talk, who: Known, first: Reply): Promise<Known> {
  const { link } = talk;
  const { user = anonymous, account } = who;
  let known = who;
  let reply = first;
  if (reply.code === 331) {
    const password = await passwordOf(talk, who, reply);
    known = { ...who, password };
    reply = await link.command("PASS", secretName(talk, password));
  }
  if (reply.code === 332 && account !== undefined) reply = await link.command("ACCT", secretName(talk, account));
  if (!loggedInCodes.has(reply.code)) throw refused(user, link.redaction.reply(reply));
  return known;
}

async function passwordOf(talk: Talk, { user = anonymous, password }: Known, challenge: Reply): Promise<string> {
  const said =
    typeof password === "function" ? await whileOpen(talk, (signal) => password(challenge, signal)) : password;
  return said ?? (user === anonymous ? "anonymous@" : "");
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
