// From nothing to a logged-in session: connect, greeting, TLS, login, set-up.
import { TlsClient } from "../network/tls-client.ts";
import { raceAbort } from "../platform/abort.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import { parseFeatures } from "../protocol/client/features.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions } from "./client-options.ts";
import { connectControl, portOf } from "./connect-control.ts";
import { ControlLink } from "./control-link.ts";
import { greetingOf } from "./greeting.ts";
import { logIn } from "./log-in.ts";
import { ModeChoice } from "./mode-choice.ts";
import { newPlace, newWays } from "./place.ts";
import { type ClientEnvironment, replyMsOf, type Talk } from "./talk.ts";

/** Throws `NET_*`, `FTP_LOGIN`, `FTP_*`, or the signal's reason; then nothing is left open. */
export async function openTalk(
  options: ClientOptions,
  environment: ClientEnvironment,
  signal: AbortSignal,
): Promise<Talk> {
  const { connection, end } = await connectControl(options, environment, signal);
  environment.emit({ type: "control.open", host: options.host, port: portOf(options) });
  const tls = options.tls === undefined ? undefined : new TlsClient(options.host, options.tls, environment.clock);
  const implicit = tls !== undefined && options.tls?.kind === "implicit";
  const secured = implicit ? await tls.secureControl(connection, signal) : connection;
  const { clock, emit } = environment;
  const link = new ControlLink(secured, { clock, emit, replyMs: replyMsOf(options) });
  try {
    return await raceAbort(setUp(link, options, environment, tls, end, signal), signal);
  } catch (error) {
    link.fail(isSallyportError(error) ? error : new SallyportError("CLOSED", "given up"));
    await link.close();
    throw error;
  }
}

async function setUp(
  link: ControlLink,
  options: ClientOptions,
  environment: ClientEnvironment,
  tls: TlsClient | undefined,
  controlEnd: Endpoint | undefined,
  signal: AbortSignal,
): Promise<Talk> {
  const greeting = await greetingOf(link, options, environment);
  if (greeting.code !== 220) throw replyError("the server does not take the session", greeting);
  const server = { host: options.host, port: portOf(options) };
  const talk: Talk = {
    link,
    options,
    environment,
    controlEnd,
    server,
    greeting,
    tls,
    features: new Map(),
    protectData: tls !== undefined && options.tls?.protectData !== false,
    modes: new ModeChoice(options.mode ?? "auto"),
    ways: newWays(),
    place: newPlace(),
    leaving: new Set(),
    type: undefined,
  };
  if (tls !== undefined) await protect(talk, tls, signal);
  await logIn(talk);
  return { ...talk, ...(await prepare(talk)) };
}

/** RFC 4217 sections 4 and 9. There is no way on without it. */
async function protect(talk: Talk, tls: TlsClient, signal: AbortSignal): Promise<void> {
  const { link, options } = talk;
  if (options.tls?.kind !== "implicit") {
    const reply = await link.command("AUTH", "TLS");
    if (reply.code !== 234) throw replyError("the server does not offer TLS (AUTH TLS)", reply, noTls);
    await link.upgrade((plain) => tls.secureControl(plain, signal));
  }
  const level = talk.protectData ? "P" : "C";
  // Its refusal means nothing where PROT is taken (RFC 4217 has no other size than 0).
  const buffer = link.command("PBSZ", "0");
  if (options.pipeline === false) await buffer;
  const [, reply] = await Promise.all([buffer, link.command("PROT", level)]);
  if (reply.code < 200 || reply.code > 299) {
    throw replyError(`the server does not protect data connections (PROT ${level})`, reply, noProtection);
  }
}

const noTls =
  "Nothing was sent without TLS. For a server that expects TLS from the first byte use ftps:// (--implicit-tls, usually port 990). Other servers have no TLS: without --tls everybody on the way can read the session, through SSH (--via) nobody.";
const noProtection = "Its data would go in the clear, so nothing was sent. Go through SSH (--via) without --tls.";

/** What every session begins with, pipelined where that is allowed. */
async function prepare(talk: Talk): Promise<Pick<Talk, "features" | "type">> {
  const { link, options } = talk;
  const asked: Promise<Reply>[] = [];
  const ask = async (verb: string, argument?: string): Promise<Reply> => {
    if (options.pipeline === false) await Promise.all(asked);
    const reply = link.command(verb, argument);
    asked.push(reply);
    return reply;
  };
  const [features, type] = await Promise.all([ask("FEAT"), ask("TYPE", "I")]);
  const known = parseFeatures(features);
  // RFC 2640 says that a server which offers UTF8 has it on; some want to be asked.
  if (known.has("UTF8")) await link.command("OPTS", `UTF8 ${options.encoding === "latin1" ? "OFF" : "ON"}`);
  return { features: known, type: type.code === 200 ? "I" : undefined };
}
