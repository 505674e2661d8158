// PASV, EPSV, LPSV, PORT, EPRT, LPRT: what whoever is the server makes of them (RFC 959, RFC 1639, RFC 2428). The server and
// the gateway answer by this, in the words of vsftpd and ProFTPD.
import type { TargetVerdict } from "./data-peers.ts";
import { isSallyportError } from "./error.ts";
import { atClient, type HostPort, parseEprt, parseLprt, parsePort } from "./host-port.ts";
import { ownEntry } from "./own-entry.ts";
import { make227, make228, make229 } from "./passive-reply.ts";
import { makeReply, type Reply } from "./reply.ts";

/** What the control connection is like that the command came on. */
export interface DataCommandContext {
  /** EPSV ALL was sent: only EPSV from then on (RFC 2428 section 4). */
  readonly epsvAll: boolean;
  /** Address family of the control connection. */
  readonly family: 4 | 6;
  /** The client's address: what `0.0.0.0` and `::` mean. */
  readonly client: string;
  readonly judge: (target: HostPort) => TargetVerdict;
}

/**
 * `listen`: answer with {@link passiveReply} once there is a listener. `connect`: to the target, when the transfer begins.
 * `forget`: a refused PORT voids what was arranged before, so that no transfer goes where nobody asked (RFC 2577).
 */
export type DataCommandOutcome =
  | { readonly act: "listen" }
  | { readonly act: "connect"; readonly target: HostPort; readonly reply: Reply }
  | { readonly act: "epsv-all" | "forget" | "none"; readonly reply: Reply };

const portParsers: Readonly<Record<string, (argument: string) => HostPort>> = {
  PORT: parsePort,
  EPRT: parseEprt,
  LPRT: parseLprt,
};

export function readDataCommand(verb: string, argument: string, context: DataCommandContext): DataCommandOutcome {
  const parse = ownEntry(portParsers, verb);
  if (context.epsvAll && verb !== "EPSV") {
    const reply = makeReply(500, `Illegal ${verb} command, EPSV ALL in effect.`);
    return { act: parse === undefined ? "none" : "forget", reply };
  }
  if (parse !== undefined) return readPort(verb, () => parse(argument), context);
  const word = argument.trim().toUpperCase();
  const family = context.family === 4 ? "1" : "2";
  if (verb === "EPSV" && word === "ALL") return { act: "epsv-all", reply: makeReply(200, "EPSV ALL ok.") };
  if (verb === "EPSV" && word !== "" && word !== family)
    return { act: "none", reply: makeReply(522, `Network protocol not supported, use (${family})`) };
  if (verb === "PASV" && context.family === 6)
    return { act: "none", reply: makeReply(522, "PASV cannot carry an IPv6 address; use EPSV.") };
  return { act: "listen" };
}

function readPort(verb: string, parse: () => HostPort, context: DataCommandContext): DataCommandOutcome {
  let target: HostPort;
  try {
    target = atClient(parse(), context.client);
  } catch (error) {
    // 521 and 522 for an unknown family (RFC 1639, RFC 2428).
    const code = isSallyportError(error) ? (error.details.reply ?? 501) : 501;
    return refused(verb, code, error instanceof Error ? error.message : "");
  }
  const verdict = context.judge(target);
  // RFC 2577 section 3 suggests 504.
  if (!verdict.allowed) return refused(verb, 504, verdict.why);
  return { act: "connect", target, reply: makeReply(200, `${verb} command successful.`) };
}

function refused(verb: string, code: number, why: string): DataCommandOutcome {
  return { act: "forget", reply: makeReply(code, `Illegal ${verb} command: ${why}`) };
}

/** The reply to a passive command, once we listen; 425 where it cannot carry the address: IPv6, or a name. */
export function passiveReply(verb: string, address: HostPort): Reply {
  try {
    if (verb === "EPSV") return make229(address.port);
    return verb === "LPSV" ? make228(address) : make227(address);
  } catch (error) {
    return noDataConnection(error instanceof Error ? error.message : String(error));
  }
}

/** What it is about may come from a peer: one line, whatever was in it. */
export function noDataConnection(why: string): Reply {
  return makeReply(425, `Can't open data connection: ${why.replace(/[\r\n\0]+/g, " ")}`);
}
