// Every reply text that is the gateway's own. Each says what is wrong and, where there is one, the hint.
import { isSallyportError } from "../error.ts";
import type { HostPort } from "../host-port.ts";
import { make227, make228, make229 } from "../passive-reply.ts";
import { makeReply, type Reply, replyText } from "../reply.ts";

export type Occasion =
  | "portAccepted"
  | "epsvAll"
  | "afterEpsvAll"
  | "loginFirst"
  | "pasvNeedsIpv4"
  | "wrongFamily"
  | "malformed"
  | "badArgument"
  | "portRefused"
  | "tlsRefused"
  | "aborted"
  | "noDataConnection"
  | "transferBroken"
  | "closing";

/** The gateway's own replies by occasion: code, and text with `{0}`, `{1}` for what it is about. */
const table: Readonly<Record<Occasion, readonly [code: number, text: string]>> = {
  portAccepted: [200, "{0} command successful."],
  epsvAll: [200, "EPSV ALL accepted: only EPSV from now on."],
  afterEpsvAll: [503, "{0} refused: EPSV ALL is in force (RFC 2428)."],
  loginFirst: [530, "Log in with USER and PASS first."],
  pasvNeedsIpv4: [425, "PASV cannot name an IPv6 address: use EPSV."],
  wrongFamily: [522, "Network protocol not supported here, use ({0})."],
  malformed: [500, "Command not understood: {0}"],
  badArgument: [501, "{0} not understood: {1}"],
  portRefused: [504, "{0} refused: {1}"],
  tlsRefused: [534, "{0} refused: this connection already runs inside SSH. Switch the FTP client's own TLS off."],
  aborted: [226, "ABOR command successful."],
  noDataConnection: [425, "Can't open data connection: {0}"],
  transferBroken: [426, "Transfer aborted: {0}"],
  closing: [421, "{0}"],
};

/** Builds one of the gateway's own replies. */
export function gatewayReply(occasion: Occasion, ...about: string[]): Reply {
  const [code, template] = table[occasion];
  const text = template.replace(/\{(\d)\}/g, (_all, index: string) => about[Number(index)] ?? "");
  // What it is about may come from a peer: one line, whatever was in it.
  return makeReply(code, text.replace(/[\r\n\0]+/g, " "));
}

/** What the codec's refusal of an argument is answered with: 501, or 521 and 522 for an unknown family (RFC 1639, RFC 2428). */
export function argumentReply(verb: string, error: unknown): Reply {
  const { lines } = gatewayReply("badArgument", verb, error instanceof Error ? error.message : "");
  const code = isSallyportError(error) ? (error.details.reply ?? 501) : 501;
  return makeReply(code, lines[0]?.slice(4) ?? "");
}

/** The reply to a client's passive command, once the gateway listens. */
export function passiveReply(verb: string, address: HostPort): Reply {
  if (verb === "EPSV") return make229(address.port);
  return verb === "LPSV" ? make228(address) : make227(address);
}

/** A server's 425 says that it could not connect, not why. */
export function explained(reply: Reply, warning: string | undefined): Reply {
  if (reply.code !== 425 || warning === undefined) return reply;
  return makeReply(425, `${replyText(reply)}: ${warning}`);
}
