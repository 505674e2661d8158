// From nothing to a logged-in session: connect, greeting, TLS, login, set-up.
import { TlsClient } from "../network/tls-client.ts";
import { raceAbort, SpareAborts } from "../platform/abort.ts";
import { withDeadline } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { isKnown } from "../protocol/client/orderly-servers.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { parseFeatures } from "../protocol/features.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions } from "./client-options.ts";
import { ControlConnection } from "./control-connection.ts";
import { logIn } from "./log-in.ts";
import { ModeChoice } from "./mode-choice.ts";
import {
  type ClientEnvironment,
  connectMsOf,
  connectTimedOut,
  type KnownServer,
  newQuirks,
  newWorkingDirectory,
  replyMsOf,
  type Session,
} from "./session.ts";

/** Throws `NET_*`, `FTP_LOGIN`, `FTP_*`, or the signal's reason; then nothing is left open. */
export async function openSession(
  options: ClientOptions,
  environment: ClientEnvironment,
  signal: AbortSignal,
): Promise<Session> {
  const { connection, end } = await connectControl(options, environment, signal);
  environment.emit({ type: "control.open", host: options.host, port: portOf(options) });
  const tls = options.tls === undefined ? undefined : new TlsClient(options.host, options.tls, environment.clock);
  const implicit = tls !== undefined && options.tls?.kind === "implicit";
  const secured = implicit ? await tls.secureControl(connection, signal) : connection;
  const { clock, emit, traces } = environment;
  const control = new ControlConnection(secured, { clock, emit, traces, replyMs: replyMsOf(options) });
  try {
    return await raceAbort(setUp(control, options, environment, tls, end, signal), signal);
  } catch (error) {
    control.fail(isSallyportError(error) ? error : new SallyportError("CLOSED", "given up"));
    await control.close();
    throw error;
  }
}

async function setUp(
  control: ControlConnection,
  options: ClientOptions,
  environment: ClientEnvironment,
  tls: TlsClient | undefined,
  controlEnd: Endpoint | undefined,
  signal: AbortSignal,
): Promise<Session> {
  const greeting = await greetingOf(control, options, environment);
  if (greeting.code !== 220) throw replyError("the server does not take the session", greeting);
  const server = { host: options.host, port: portOf(options) };
  const session: Session = {
    control,
    options,
    environment,
    controlEnd,
    server,
    greeting,
    tls,
    features: new Map(),
    protectData: tls !== undefined && options.tls?.protectData !== false,
    modes: new ModeChoice(options.mode ?? "auto"),
    quirks: newQuirks(),
    cwd: newWorkingDirectory(),
    leaving: new Set(),
    transfer: undefined,
    spareAborts: new SpareAborts(),
    spare: undefined,
    type: undefined,
  };
  if (tls !== undefined) await protect(session, tls, signal);
  const first = firstOf(session);
  if (first !== undefined) session.modes.adopt(first.modes);
  let prepared: Promise<Prepared> | undefined;
  await logIn(session, () => {
    if (!readsAhead(session)) return;
    prepared = prepare(session, first);
    prepared.catch(() => {}); // a refused login says it better
  });
  control.loggedIn();
  const { features, type } = await (prepared ?? prepare(session, first));
  if (environment.known !== undefined) environment.known.first ??= { greeting, modes: session.modes, features, type };
  return { ...session, features, type };
}

/** By its greeting it is the same server: behind one name there may be several. */
function firstOf(session: Session): KnownServer["first"] {
  const { greeting, environment } = session;
  const first = environment.known?.first;
  const isSame = first?.greeting.lines.join("\n") === greeting.lines.join("\n");
  return isSame && first?.type === "I" && readsAhead(session) ? first : undefined;
}

/** Nothing has worked in the session yet, so only what is known by its greeting is sent more than it has asked for. */
const readsAhead = (session: Session): boolean => session.options.pipeline !== false && isKnown(session);

/** RFC 4217 sections 4 and 9. There is no way on without it. */
async function protect(session: Session, tls: TlsClient, signal: AbortSignal): Promise<void> {
  const { control, options } = session;
  if (options.tls?.kind !== "implicit") {
    const reply = await control.command("AUTH", "TLS");
    if (reply.code !== 234) throw replyError("the server does not offer TLS (AUTH TLS)", reply, noTls);
    await control.upgrade((plain) => tls.secureControl(plain, signal));
  }
  const level = session.protectData ? "P" : "C";
  // Its refusal means nothing where PROT is taken (RFC 4217 has no other size than 0).
  const buffer = control.command("PBSZ", "0");
  if (options.pipeline === false) await buffer;
  const [, reply] = await Promise.all([buffer, control.command("PROT", level)]);
  if (reply.code < 200 || reply.code > 299) {
    throw replyError(`the server does not protect data connections (PROT ${level})`, reply, noProtection);
  }
}

const noTls =
  "Nothing was sent without TLS. For a server that expects TLS from the first byte use ftps:// (--implicit-tls, usually port 990). Other servers have no TLS: without --tls everybody on the way can read the session, through SSH (--via) nobody.";
const noProtection = "Its data would go in the clear, so nothing was sent. Go through SSH (--via) without --tls.";

type Prepared = Pick<Session, "features" | "type">;

/** What every session begins with, pipelined where that is allowed; nobody waits for what the first one with the server was answered. */
async function prepare(session: Session, first: KnownServer["first"]): Promise<Prepared> {
  const { control, options } = session;
  const asked: Promise<Reply>[] = [];
  const ask = async (verb: string, argument?: string): Promise<Reply> => {
    if (options.pipeline === false) await Promise.all(asked);
    const reply = control.command(verb, argument);
    asked.push(reply);
    return reply;
  };
  if (first !== undefined) {
    askForUtf8(session).catch(() => {});
    requireType(session).catch(() => {});
    return { features: first.features, type: "I" };
  }
  const asksAll = readsAhead(session);
  const [features, type] = await Promise.all([
    ask("FEAT"),
    ask("TYPE", "I"),
    asksAll ? askForUtf8(session) : undefined,
  ]);
  const known = parseFeatures(features);
  if (!asksAll && known.has("UTF8")) await askForUtf8(session);
  return { features: known, type: type.code === 200 ? "I" : undefined };
}

/** RFC 2640 says that a server which offers UTF8 has it on; some want to be asked. */
async function askForUtf8({ control, options }: Session): Promise<void> {
  await control.command("OPTS", `UTF8 ${options.encoding === "latin1" ? "OFF" : "ON"}`);
}

/** Files are on their way before the reply is here: they must not come as text. */
async function requireType({ control }: Session): Promise<void> {
  const reply = await control.command("TYPE", "I");
  if (reply.code !== 200) control.fail(replyError("the server refuses TYPE I", reply));
}

/** A server that waits for TLS waits as silently as one that looks up our name: nobody can tell them apart, so both are named. */
export async function greetingOf(
  control: ControlConnection,
  options: ClientOptions,
  { clock, emit }: ClientEnvironment,
): Promise<Reply> {
  const where = formatEndpoint({ host: options.host, port: portOf(options) });
  const meaning = meaningOfSilence(options);
  const cancel = clock.after(limits.clientGreetingNoteMs, () => {
    const note = `${where} has sent nothing so far. ${meaning}`;
    emit({ type: "relay.note", note });
  });
  try {
    return await control.greeting();
  } catch (error) {
    if (!isSallyportError(error) || error.details.phase !== "reply") throw error;
    throw new SallyportError("NET_TIMEOUT", `${where} has sent no greeting within ${replyMsOf(options) / 1000} s`, {
      cause: error,
      details: { phase: "greeting", remote: where },
      hint: meaning,
    });
  } finally {
    cancel();
  }
}

function meaningOfSilence({ tls }: ClientOptions): string {
  return tls?.kind === "implicit"
    ? "Is it an FTP server? It may also be slow because it looks up our name."
    : "It may want TLS from the first byte (ftps://, --implicit-tls; usually on port 990), be no FTP server, or be slow because it looks up our name.";
}

export const portOf = ({ port, tls }: ClientOptions): number => port ?? (tls?.kind === "implicit" ? 990 : 21);

export interface DialedControl {
  readonly connection: Connection;
  /** As the server sees it; undefined where nobody tells. */
  readonly end: Endpoint | undefined;
}

/** Throws `NET_*`, `SSH_*`, or the signal's reason. */
export async function connectControl(
  options: ClientOptions,
  environment: ClientEnvironment,
  signal: AbortSignal,
): Promise<DialedControl> {
  const target = { host: options.host, port: portOf(options) };
  const connectMs = connectMsOf(options);
  const reason = (): unknown => connectTimedOut(formatEndpoint(target), connectMs);
  const deadline = withDeadline(environment.clock, connectMs, signal, reason);
  try {
    if (options.mode !== "default-port") {
      const connection = await environment.network.connect({ ...target, signal: deadline.signal });
      return { connection, end: reported(connection) };
    }
    const { network, remoteSockets } = environment;
    if (remoteSockets === undefined) return await connectBound(target, environment, deadline.signal);
    const dial = (): Promise<Connection> => network.connect({ ...target, signal: deadline.signal });
    return await remoteSockets.connect(target.port, dial, deadline.signal);
  } finally {
    deadline.release();
  }
}

const reported = ({ local }: Connection): Endpoint | undefined =>
  local.host === "" || local.port === 0 ? undefined : local;

/** Only a socket that was bound lets its own port be listened on later (SO_REUSEADDR on both): scenario S17. */
async function connectBound(
  target: Endpoint,
  { network }: ClientEnvironment,
  signal: AbortSignal,
): Promise<DialedControl> {
  const bound = async (localAddress: string): Promise<DialedControl> => {
    const connection = await network.connect({ ...target, signal, localAddress });
    return { connection, end: reported(connection) };
  };
  if (target.host.includes(":")) return await bound("::");
  try {
    return await bound("0.0.0.0");
  } catch (error) {
    // The name has addresses of the other family only.
    if (!isSallyportError(error) || !["NET_DNS", "NET_ADDRESS_UNAVAILABLE"].includes(error.code)) throw error;
    return await bound("::");
  }
}
