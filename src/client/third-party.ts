// A file from one server to another without passing through here (RFC 959 section 5.2, scenario S16).
import { dialActive } from "../data-connection/dial-active.ts";
import { raceAbort } from "../platform/abort.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError, SallyportError, withDetails } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";
import { abortTransfer } from "./abort-transfer.ts";
import { announce } from "./active-data.ts";
import { requireHolder } from "./client-calls.ts";
import type { Asked } from "./expected-replies.ts";
import { sizeOf } from "./file-commands.ts";
import type { FtpClient } from "./ftp-client.ts";
import { agreePassive } from "./passive-data.ts";
import { checkedCommand, type Session, wireName } from "./session.ts";
import { setType } from "./transfer.ts";
import { unannounced } from "./transfer-errors.ts";
import { verify } from "./verification.ts";

/** How a file goes from server to server. */
export interface ThirdPartyOptions {
  /** Ends the transfer with ABOR at both servers. Its reason is rethrown untouched. */
  readonly signal?: AbortSignal;
  /** Compare the sizes at both servers. Default `size`. */
  readonly verify?: "size" | "none";
}

/** What became of it. */
export interface ThirdPartyResult {
  /** Bytes of the file; undefined when the source does not report its size. */
  readonly bytes: number | undefined;
  /** What was compared at the end. */
  readonly verified: "nothing" | "size";
}

/**
 * Has one server send a file to another (RFC 959 section 5.2), which users know as FXP. Both must allow it, or be reached through one gateway.
 *
 * @throws SallyportError `FTP_REPLY_*` when one of them refuses, as most do for addresses that are not the client's own; `NET_UNSUPPORTED`
 * inside TLS when none of them can be the other's TLS client (SSCN, CPSV); `FTP_TRANSFER`, `FTP_VERIFY`; the signal's reason.
 * @example
 * await transferBetween(source, destination, "report.txt", "copy-of-report.txt");
 */
export async function transferBetween(
  source: FtpClient,
  destination: FtpClient,
  from: string,
  to: string,
  options: ThirdPartyOptions = {},
): Promise<ThirdPartyResult> {
  const [sender, receiver] = [requireHolder(source), requireHolder(destination)];
  if (sender === receiver) {
    throw new SallyportError("CONFIG_INVALID", "a third-party transfer needs two sessions, also at one server");
  }
  // The source listens, the destination connects to it. Two such calls must not wait for each other.
  const [first, second] = sender.number < receiver.number ? [sender, receiver] : [receiver, sender];
  return await first.transfer(options.signal, (_, one) =>
    second.transfer(one, (__, both) => carryAcross(sender.session, receiver.session, from, to, both, options)),
  );
}

async function carryAcross(
  source: Session,
  destination: Session,
  from: string,
  to: string,
  signal: AbortSignal,
  options: ThirdPartyOptions,
): Promise<ThirdPartyResult> {
  const what = `could not transfer "${printable(from, 100)}" from ${source.server.host} to ${destination.server.host}`;
  const [read, written] = [wireName(source, from), wireName(destination, to)];
  const roles = await raceAbort(agreeTlsRoles(source, destination, what), signal);
  try {
    await Promise.all([setType(source, "I"), setType(destination, "I")]);
    // Before anything is done to the destination's file.
    const size = source.features.has("SIZE") ? await raceAbort(sizeBefore(source, from), signal) : undefined;
    await connectServers(source, destination, [read, written], what, roles, signal);
    const plan = { size: options.verify !== "none" && size !== undefined, exact: false, hash: undefined };
    const about = { path: to, what, have: size ?? 0, whole: true, direction: "upload" } as const;
    const verified = await verify(destination, about, plan, undefined);
    return { bytes: size, verified: verified === "size" ? "size" : "nothing" };
  } catch (error) {
    throw withDetails(error, { mode: "third-party" });
  } finally {
    await roles.undo();
  }
}

/** A file that is not there must not make an empty one at the destination. What SIZE says else is no reason. */
async function sizeBefore(source: Session, from: string): Promise<number | undefined> {
  try {
    return (await sizeOf(source, from)) || undefined;
  } catch (error) {
    if (source.control.failure !== undefined || (isSallyportError(error) && error.details.reply === 550)) throw error;
    return undefined;
  }
}

/** From PASV to both final replies. */
async function connectServers(
  source: Session,
  destination: Session,
  [read, written]: readonly [string, string],
  what: string,
  { passiveVerb }: TlsRoles,
  signal: AbortSignal,
): Promise<void> {
  const { endpoint: port } = await raceAbort(
    agreePassive(source, { verb: "RETR", argument: read, what }, passiveVerb),
    signal,
  );
  await raceAbort(announce(destination, port, `${what}: the second refuses to connect to the first`), signal);
  const stor = destination.control.ask("STOR", written, "transfer");
  const retr = source.control.ask("RETR", read, "transfer");
  try {
    await raceAbort(Promise.all([finalOf(what, retr), finalOf(what, stor)]), signal);
  } catch (error) {
    await Promise.all([
      endUnlessOver(source, retr, "download", error, port),
      endUnlessOver(destination, stor, "upload", error),
    ]);
    throw signal.aborted ? error : await mostTelling(what, [retr, stor], error);
  }
}

async function finalOf(what: string, asked: Asked): Promise<void> {
  const [first, final] = await Promise.all([asked.first, asked.final]);
  if (final.code < 200 || final.code > 299) throw replyError(what, final);
  if (first.code >= 200) throw unannounced(what, final);
}

/** One server's refusal is the other one's broken connection. */
async function mostTelling(what: string, asked: readonly Asked[], error: unknown): Promise<unknown> {
  const replies = await Promise.allSettled(asked.map(({ final }) => final));
  const refusal = replies
    .flatMap((reply) => (reply.status === "fulfilled" ? [reply.value] : []))
    .find(({ code }) => code >= 500);
  return refusal === undefined ? error : replyError(what, refusal);
}

/** The one that still waits for the other, which will never come. */
async function endUnlessOver(
  session: Session,
  asked: Asked,
  direction: "download" | "upload",
  error: unknown,
  port?: Endpoint,
): Promise<void> {
  if (isSallyportError(error) && session.control.failure === error) return;
  const over = await Promise.race([asked.final.then(() => true), Promise.resolve().then(() => false)]);
  // ProFTPD reads no ABOR while it waits at its port: somebody must come.
  const visitor = over || port === undefined ? undefined : await visit(session, port);
  if (!over) await abortTransfer(session, asked, visitor, direction);
  await visitor?.[Symbol.asyncDispose]();
}

async function visit({ environment }: Session, port: Endpoint): Promise<Connection | undefined> {
  const { network, clock } = environment;
  const signal = new AbortController().signal;
  return await dialActive({ network, ...port, timeoutMs: limits.clientAbortReplyMs, clock, signal }).catch(
    () => undefined,
  );
}

/** How two servers agree who begins the handshake. */
export interface TlsRoles {
  /** The command that the source listens by, when it is not EPSV or PASV. */
  readonly passiveVerb?: "CPSV";
  /** Each server as it was before. */
  readonly undo: () => Promise<void>;
}

const nothingToDo: TlsRoles = { undo: async () => {} };

/** Throws `NET_UNSUPPORTED` when only one side is inside TLS, or no server can be a TLS client; `FTP_REPLY_*`. */
export async function agreeTlsRoles(source: Session, destination: Session, what: string): Promise<TlsRoles> {
  if (!source.protectData && !destination.protectData) return nothingToDo;
  if (!source.protectData || !destination.protectData) {
    const inside = (source.protectData ? source : destination).server.host;
    throw unsupported(`${what}: ${inside} has data inside TLS, and the other server has not`);
  }
  // Whoever makes the TCP connection begins the handshake, as usual, where that server can.
  const client = [destination, source].find(({ features }) => features.has("SSCN"));
  if (client !== undefined) {
    await checkedCommand(client, `${what}: ${client.server.host} does not become a TLS client`, "SSCN", "ON");
    return { undo: () => leaveClientRole(client) };
  }
  if (source.features.has("CPSV")) return { ...nothingToDo, passiveVerb: "CPSV" };
  throw unsupported(`${what}: inside TLS one server has to be the other's TLS client, and they offer no SSCN or CPSV`);
}

/** A session that stays in the other role could transfer nothing more with us. */
async function leaveClientRole({ control, server }: Session): Promise<void> {
  if (control.failure !== undefined) return;
  const reply = await control.command("SSCN", "OFF").catch(() => undefined);
  if (reply === undefined || (reply.code >= 200 && reply.code <= 299)) return;
  control.fail(replyError(`${server.host} does not become a TLS server again`, reply));
}

function unsupported(message: string): SallyportError {
  return new SallyportError("NET_UNSUPPORTED", message, { hint: "Transfer the file through this machine." });
}
