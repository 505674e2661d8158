// A server's refusal in our words: code, cause and hint.
import { SallyportError } from "../error.ts";
import { printable } from "../printable.ts";
import { type Reply, replyText } from "../reply.ts";

const hints: Readonly<Record<number, string>> = {
  421: "Connect again; when the server has too many sessions, later.",
  425: "The data connection could not be made: choose another mode (passive, active), or look at the firewall between.",
  426: "The connection broke in the middle of the transfer: transfer the file again, or resume it.",
  450: "The file is in use or not there; try again later.",
  451: "The server failed while it read or wrote the file; its own log says why.",
  452: "Make room on the server's disk.",
  500: "The server does not know the command.",
  502: "The server does not have the command.",
  503: "The server wants another command before this one.",
  522: "The server demands protected data connections, or TLS sessions that are resumed, or has not this kind of address.",
  530: "The server lets only some users do this: log in as one of them.",
  534: "The server does not protect connections as it was asked to; its own configuration says how it does.",
  536: "The server does not protect connections as it was asked to; its own configuration says how it does.",
  550: "Check the name, and what the user may do with it.",
  552: "The user's quota is used up, or the disk is full.",
  553: "Check the name, whether its directory is there, and what the user may do in it.",
};

/**
 * For a reply that is no success. `what` is what was wanted: `could not delete "x"`. `special`: what helps there, where the code
 * alone would not show it.
 */
export function replyError(what: string, reply: Reply, special?: string): SallyportError {
  const said = printable(`${reply.code} ${replyText(reply)}`.trim(), 300);
  const { code } = reply;
  const details = { reply: code, said };
  if (code < 400 || code >= 600) {
    return new SallyportError(
      "FTP_PROTOCOL_REMOTE",
      `${what}: the server answered "${said}", which is not an answer to it`,
      { details, hint: special },
    );
  }
  const hint = special ?? hints[code];
  return new SallyportError(code < 500 ? "FTP_REPLY_TRANSIENT" : "FTP_REPLY_PERMANENT", `${what}: ${said}`, {
    details,
    hint,
  });
}

/** The login was refused. */
export function loginError(user: string, reply: Reply): SallyportError {
  const said = printable(`${reply.code} ${replyText(reply)}`.trim(), 300);
  return new SallyportError("FTP_LOGIN", `the server did not let ${printable(user, 80)} in: ${said}`, {
    details: { reply: reply.code, said },
    hint: loginHint(reply),
  });
}

function loginHint({ code, lines }: Reply): string {
  if (code === 332) return "The server wants an account beside user and password: give it.";
  if (/\b(?:tls|ssl|encrypt|secure|protect)/i.test(lines.join(" "))) return "The server demands TLS: use it.";
  if (code === 500 || code === 501) return "The server itself is at fault: its configuration, or its log, says why.";
  return code === 421 ? "The server takes no more users now; try again later." : "Check user and password.";
}
