// The replies that are the gateway's own, beside those of data-commands.ts. Each says what is wrong and, where there is one, the hint.
import { makeReply, type Reply, replyText } from "../reply.ts";

type Occasion =
  | "loginFirst"
  | "malformed"
  | "tlsRefused"
  | "tlsFirst"
  | "protectionFirst"
  | "clearingRefused"
  | "aborted"
  | "transferBroken"
  | "closing";

/** The gateway's own replies by occasion: code, and text with `{0}` for what it is about. */
const table: Readonly<Record<Occasion, readonly [code: number, text: string]>> = {
  loginFirst: [530, "Please login with USER and PASS."],
  malformed: [500, "Command not understood: {0}"],
  tlsRefused: [
    534,
    "{0} refused: this connection already runs inside SSH. Switch the FTP client's own TLS off, or start the tunnel with --tls-certificate and --tls-key.",
  ],
  tlsFirst: [530, "This server wants TLS before the login: send AUTH TLS first."],
  protectionFirst: [521, "Data connections must be encrypted: send PBSZ 0 and PROT P first."],
  // After it a NAT helper or an attacker could write commands.
  clearingRefused: [533, "CCC refused: the control connection stays inside TLS."],
  aborted: [226, "ABOR command successful."],
  transferBroken: [426, "Transfer aborted: {0}"],
  closing: [421, "{0}"],
};

/** Builds one of the gateway's own replies. */
export function gatewayReply(occasion: Occasion, about = ""): Reply {
  const [code, template] = table[occasion];
  // What it is about may come from a peer: one line, whatever was in it.
  return makeReply(
    code,
    template.replace("{0}", () => about.replace(/[\r\n\0]+/g, " ")),
  );
}

/** A server's 425 says that it could not connect, not why. */
export function explained(reply: Reply, warning: string | undefined): Reply {
  if (reply.code !== 425 || warning === undefined) return reply;
  return makeReply(425, `${replyText(reply)}: ${warning}`);
}
