// The words for what an SSH server refuses; both transports use them, so that users and reply texts see one spelling.
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

interface Refusal {
  /** What SSH_OPEN_* means, in words. */
  readonly words: string;
  readonly hint: string;
}

/** RFC 4254 section 5.1. sshd answers 1 for its own rules, 2 when its connect(2) or name lookup failed. */
const refusals: Readonly<Record<number, Refusal>> = {
  1: {
    words: "administratively prohibited",
    hint: "The SSH server's rules forbid it: look at AllowTcpForwarding, DisableForwarding and PermitOpen in its sshd_config, and at restrict, no-port-forwarding and permitopen in authorized_keys.",
  },
  2: {
    words: "connect failed",
    hint: "Check the host name and port as the SSH server sees them: is the FTP server running, and may the SSH server's machine reach it?",
  },
  3: {
    words: "unknown channel type",
    hint: "The SSH server offers no such service; use another SSH server.",
  },
  4: {
    words: "resource shortage",
    hint: "The SSH server has too many channels or sessions open (MaxSessions in sshd_config); try again later or with fewer transfers.",
  },
};

/** Text that came from the peer, made safe to print: control characters escaped, length bounded. */
function printable(text: string): string {
  const clean = text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return clean.length > limits.sshRefusalTextMax ? `${clean.slice(0, limits.sshRefusalTextMax)}…` : clean;
}

/** The server's own words, unless they say nothing new ("open failed" is what sshd says with every reason 1). */
function detail(words: string, description: string): string {
  const text = printable(description.trim());
  const plain = text.toLowerCase();
  return plain === "" || plain === "open failed" || plain === words ? "" : ` (${text})`;
}

/** The reason of an SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 section 5.1), and what the server says to it. */
export function refusalReason(
  reason: number,
  description: string,
  words: string | undefined = refusals[reason]?.words,
): string {
  const shown = words ?? `reason ${reason}`;
  return `${shown}${detail(shown, description)}`;
}

/** How a refused open message becomes an error. */
export type RefusalOf = (reason: number, description: string) => SallyportError;

/**
 * A connection that was not opened as an error with code `SSH_CHANNEL_REFUSED`. `target` is what was asked for,
 * `ftp-host:21`; `reason` is kept in `details.channelReason`. For sessions see session-refusal.ts.
 */
export function channelRefused(target: string, reason: number, description: string): SallyportError {
  const hint = refusals[reason]?.hint;
  const why = refusalReason(reason, description);
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server refused to connect to ${target}: ${why}`, {
    details: { remote: target, channelReason: reason, phase: "connect" },
    hint,
  });
}

/**
 * A refused tcpip-forward request (RFC 4254 section 7.1, which has no reason code) as an error with code
 * `SSH_FORWARD_REFUSED`. `bind` is the address that was asked for, `localhost:0`.
 */
export function forwardRefused(bind: string, description = ""): SallyportError {
  return new SallyportError(
    "SSH_FORWARD_REFUSED",
    `the SSH server refused to listen on ${bind}${detail("", description)}`,
    {
      details: { remote: bind, phase: "listen" },
      hint: "Look at AllowTcpForwarding, DisableForwarding, PermitListen and, for addresses other than loopback, GatewayPorts in its sshd_config; or the port is in use there.",
    },
  );
}
