// USER, PASS, ACCT (RFC 959 section 5.4: each of them may be the last one).

import { LinkedAbort, raceAbort } from "../platform/abort.ts";
import { loginError, replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions, Credentials } from "./client-options.ts";
import { type Session, wireName } from "./session.ts";

const anonymous = "anonymous";

/** 232: RFC 2228, the certificate was enough. 200: servers that end `230-` with it. */
const loggedInCodes: ReadonlySet<number> = new Set([200, 202, 230, 232]);

/** Throws `FTP_LOGIN`, and whatever `credentials` and an `AskPassword` throw. `behindPassword` is called when that was sent, if it is all that is needed. */
export async function logIn(session: Session, behindPassword: () => void): Promise<void> {
  await askCredentials(session);
  const known = await finish(session, session.options, await sendUser(session, session.options), behindPassword);
  session.options = { ...session.options, ...known };
}

/** In a running session. */
export async function logInAgain(session: Session, who: Credentials): Promise<void> {
  const reply = await sendUser(session, who);
  if (reply.code >= 400)
    throw replyError("the server takes no other user in this session", session.control.redaction.reply(reply));
  const known = await finish(session, who, reply);
  const { user: _, password: __, account: ___, ...others } = session.options;
  session.options = { ...others, ...known };
  session.type = undefined;
}

/** Once: a session that takes the place of this one has the answer. */
async function askCredentials(session: Session): Promise<void> {
  const { credentials, ...others } = session.options;
  if (credentials === undefined) return;
  const who = await whileOpen(session, (signal) => credentials(session.greeting, signal));
  session.options = { ...others, ...who };
}

/** A question that is taken back when the session is over. */
async function whileOpen<T>({ control, options }: Session, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new LinkedAbort(options.signal);
  void control.closed.then((error) => over.abort(error));
  return await raceAbort(ask(over.signal), over.signal).finally(() => over.release());
}

type Known = Pick<ClientOptions, "user" | "password" | "account">;

const sendUser = (session: Session, { user = anonymous }: Known): Promise<Reply> =>
  session.control.command("USER", wireName(session, user));

/** Who is logged in then, with the password that was asked for. */
async function finish(session: Session, who: Known, first: Reply, behindPassword = (): void => {}): Promise<Known> {
  const { control } = session;
  const { user = anonymous, account } = who;
  let known = who;
  let reply = first;
  if (reply.code === 331) {
    const password = await passwordOf(session, who, reply);
    known = { ...who, password };
    const asked = control.command("PASS", secretName(session, password));
    if (account === undefined) behindPassword();
    reply = await asked;
  }
  if (reply.code === 332 && account !== undefined) reply = await control.command("ACCT", secretName(session, account));
  if (!loggedInCodes.has(reply.code)) throw refused(user, control.redaction.reply(reply));
  return known;
}

async function passwordOf(session: Session, { user = anonymous, password }: Known, challenge: Reply): Promise<string> {
  const answer =
    typeof password === "function" ? await whileOpen(session, (signal) => password(challenge, signal)) : password;
  return answer ?? (user === anonymous ? "anonymous@" : "");
}

const refused = (user: string, reply: Reply): Error =>
  reply.code < 300 ? replyError("the login was not answered", reply) : loginError(user, reply);

/** What is wrong with it must not be shown. */
function secretName(session: Session, secret: string): string {
  try {
    return wireName(session, secret);
  } catch {
    throw new SallyportError("CONFIG_INVALID", "a password or account has a line end, a NUL or a strange character");
  }
}
