// We connect to where the server listens: EPSV (RFC 2428), else PASV (RFC 959), and the server's choice is remembered.

import { dialActive } from "../data-connection/dial-active.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { isPrivateAddress } from "../protocol/cidr.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isServicePort } from "../protocol/data-peers.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError, withDetails } from "../protocol/error.ts";
import { remoteFault } from "../protocol/fault.ts";
import { ipFamily, isUnspecified, sameHost } from "../protocol/ip-address.ts";
import { parsePassive } from "../protocol/passive-reply.ts";
import type { Reply } from "../protocol/reply.ts";
import { avoidsExtended, type DataCommand, type DataConnection } from "./mode-choice.ts";
import { connectMsOf, notify, type Session } from "./session.ts";

/** It must be disposed of with the signal aborted, or when the connection stands. */
export function openPassive(session: Session, signal: AbortSignal, coming: DataCommand): DataConnection {
  let agreed: Endpoint | undefined;
  const ready = agreePassive(session, coming);
  const open = async (): Promise<Connection> => {
    const { endpoint, note, named } = await ready;
    agreed = endpoint;
    try {
      const connected = await connect(session, endpoint, signal);
      if (note !== undefined) notifyOnce(session, `connected, but ${note}`);
      return connected;
    } catch (error) {
      throw unreachable(error, note, named);
    }
  };
  const connection = open();
  return {
    how: () => (agreed === undefined ? "passive" : `passive ${formatEndpoint(agreed)}`),
    ready,
    connection,
    details: () => ({ mode: "passive" }),
    [Symbol.asyncDispose]: () =>
      connection.then(
        (unused) => unused.reset(),
        () => {},
      ),
  };
}

export interface PassiveAgreement {
  readonly endpoint: Endpoint;
  /** The server named another host, and it was not used. */
  readonly note?: string;
  /** `host:port` that it named then. */
  readonly named?: string;
}

/** Where to connect to; `only`: by that command. Throws what the server said when it has no passive mode. */
export async function agreePassive(session: Session, coming: DataCommand, only?: "CPSV"): Promise<PassiveAgreement> {
  const { control, modes } = session;
  const isAnnounced = needsAnnouncing(session) ? preannounce(session, coming) : undefined;
  isAnnounced?.catch(() => {});
  if (session.options.pipeline === false) await isAnnounced;
  const family = ipFamily(control.connection.remote.host) ?? modes.learnedFamily;
  // PASV can only name IPv4 addresses.
  const verb = only ?? (avoidsExtended(session) && family !== 6 ? "PASV" : modes.passiveVerb);
  const answer = control.command(verb);
  let reply = isAnnounced === undefined ? await answer : (await Promise.all([answer, isAnnounced]))[0];
  if (verb === "EPSV" && reply.code >= 500 && family !== 6) {
    const refused = reply;
    reply = await control.command("PASV");
    if (reply.code < 300) {
      modes.passiveVerb = "PASV";
      modes.reason = `${modes.reason}; PASV, for the server refused EPSV (${refused.code})`;
    }
  }
  // By which family an SSH host reaches the server nobody tells: over IPv6 PASV cannot work (522, RFC 2428 section 3).
  if (verb === "PASV" && reply.code >= 500 && family === undefined && modes.passiveVerb === "EPSV") {
    const extended = await control.command("EPSV");
    if (extended.code < 300) {
      modes.learnedFamily = 6;
      reply = extended;
    }
  }
  if (reply.code < 200 || reply.code > 299)
    throw withDetails(replyError("the server refuses passive mode", reply), { mode: "passive" });
  return checkedAddress(session, reply);
}

/** DrFTPD's machines each have their own files: which one is to listen it knows by PRET alone (its FEAT says so). */
const needsAnnouncing = ({ quirks, features }: Session): boolean => quirks.pret && features.has("PRET");

async function preannounce(session: Session, { verb, argument, what }: DataCommand): Promise<void> {
  const reply = await session.control.command("PRET", argument === undefined ? verb : `${verb} ${argument}`);
  if (reply.code < 300) return;
  if (reply.code < 500 || reply.code > 504) throw refusedRequest(what, reply);
  // Some know it of files only.
  if (verb === "RETR" || verb === "STOR") session.quirks.pret = false;
}

/** About the file, not about the way: no other mode would help. */
function refusedRequest(what: string, reply: Reply): SallyportError {
  const { code, message, hint, details } = replyError(what, reply);
  return new SallyportError(code, message, {
    details: { ...details, phase: "request" },
    hint,
  });
}

/** The host of the control connection, whatever a 227 says, unless the user trusts it (CVE-2020-8284). */
function checkedAddress(session: Session, reply: Reply): PassiveAgreement {
  const { host, port } = parsePassive(reply);
  const own = session.control.connection.remote.host || session.server.host;
  if (isServicePort(port)) {
    throw remoteFault(
      `the server's ${reply.code} names port ${port}: no data port, but one of the services of a machine`,
      "Is the server, or something between, hostile or broken? Try active mode.",
    );
  }
  if (host === undefined || isUnspecified(host) || sameHost(host, own)) return { endpoint: { host: own, port } };
  if (session.options.trustPassiveAddress === true) return { endpoint: { host, port } };
  return {
    endpoint: { host: own, port },
    note: otherHostNote(host, reply.code),
    named: formatEndpoint({ host, port }),
  };
}

/** The control connection is there, so it is not the host that cannot be reached. */
function unreachable(error: unknown, note: string | undefined, named: string | undefined): unknown {
  if (!isSallyportError(error) || !error.code.startsWith("NET_")) return error;
  const message = note === undefined ? error.message : `${error.message}; ${note}`;
  return new SallyportError(error.code, message, {
    cause: error,
    details: { ...error.details, phase: "data", mode: "passive", ...definedProps({ named }) },
    hint: "Only the control connection gets through: use active mode, or go through SSH (--via); at the server, open its passive ports.",
  });
}

/** It is the same with each transfer. */
function notifyOnce(session: Session, note: string): void {
  if (session.modes.reported === note) return;
  session.modes.reported = note;
  notify(session, note);
}

function otherHostNote(host: string, code: number): string {
  const used = "used the control connection's host instead";
  return isPrivateAddress(host)
    ? `the server's ${code} names ${host}, a private address that cannot be reached from here: it is behind NAT; ${used}`
    : `the server's ${code} names another host, ${host}; ${used}`;
}

function connect(session: Session, target: Endpoint, signal: AbortSignal): Promise<Connection> {
  const { network, clock } = session.environment;
  return dialActive({ network, ...target, timeoutMs: connectMsOf(session.options), clock, signal });
}
