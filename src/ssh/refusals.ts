// What an SSH server refuses, as errors with what to do: connections, listeners, sessions, commands and subsystems (RFC 4254 sections
// 5.1, 6 and 7.1). Every transport uses them, so that users and reply texts see one spelling.
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import type { FindingId } from "../protocol/findings/findings.ts";
import { hintOf } from "../protocol/findings/hint.ts";
import { limits } from "../protocol/limits.ts";
import { showText } from "./show-text.ts";

interface Refusal {
  /** What SSH_OPEN_* means, in words. */
  readonly words: string;
  readonly hint: string;
  /** The finding that the hint is of. */
  readonly finding?: FindingId;
}

/** RFC 4254 section 5.1. sshd answers 1 for its own rules, 2 when its connect(2) or name lookup failed. */
const refusals: Readonly<Record<number, Refusal>> = {
  1: {
    words: "administratively prohibited",
    hint: hintOf("D26"),
    finding: "D26",
  },
  2: {
    words: "connect failed",
    hint: hintOf("D27"),
    finding: "D27",
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

/** The server's own words, unless they say nothing new ("open failed" is what sshd says with every reason 1). */
function detail(words: string, description: string): string {
  const text = showText(description.trim(), limits.sshRefusalTextMax);
  const plain = text.toLowerCase();
  return plain === "" || plain === "open failed" || plain === words ? "" : ` (${text})`;
}

/** The reason of an SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 section 5.1), and what the server says to it. */
function refusalReason(
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
  const { hint, finding } = refusals[reason] ?? {};
  const why = refusalReason(reason, description);
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server refused to connect to ${target}: ${why}`, {
    details: { remote: target, channelReason: reason, phase: "connect", ...definedProps({ finding }) },
    hint,
  });
}

/** The same by an ssh that is not ours, and does not say why. */
export function connectionNotMade(target: string): SallyportError {
  return new SallyportError(
    "SSH_CHANNEL_REFUSED",
    `the SSH server did not connect to ${target}, or was hung up on at once`,
    {
      details: { remote: target, phase: "connect" },
      hint: "The ssh that is there already does not say why: with -S none Sallyport makes its own connection and does.",
    },
  );
}

/** That ssh itself did not want to. */
export function forwardDenied(target: string, reason: string): SallyportError {
  return new SallyportError(
    "SSH_CHANNEL_REFUSED",
    `the ssh that is there already does not forward to ${target}${detail("", reason)}`,
    {
      details: { remote: target, phase: "connect" },
      hint: "With -S none Sallyport makes its own connection.",
    },
  );
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
      details: { remote: bind, phase: "listen", finding: "D28" },
      hint: hintOf("D28"),
    },
  );
}

const remote = "session";

/** What a session is opened for. */
export interface SessionPurpose {
  /** `to run a command`, for messages. */
  readonly text: string;
  readonly phase: "exec" | "subsystem";
}

export const commandPurpose: SessionPurpose = { text: "to run a command", phase: "exec" };

export function subsystemPurpose(name: string): SessionPurpose {
  return { text: `to open the subsystem ${name}`, phase: "subsystem" };
}

/** sshd says that a connect(2) failed when it opens no session: that hint would lead astray. */
const connectFailed = 2;

/** The channel itself was not opened (RFC 4254 section 5.1). */
export function sessionRefused({ text, phase }: SessionPurpose, reason: number, description: string): SallyportError {
  const why = refusalReason(reason, description, reason === connectFailed ? "no session was opened" : undefined);
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server refused ${text}: ${why}`, {
    details: { remote, channelReason: reason, phase },
    hint: "Too many sessions are open, or this user may have none: look at MaxSessions in its sshd_config, or end some transfers.",
  });
}

/** The server did not accept the command; it gives no reason (section 6.5). */
export function execRefused(): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server refused ${commandPurpose.text}`, {
    details: { remote, phase: commandPurpose.phase },
    hint: "This user may not run commands there: look at ForceCommand in its sshd_config, and at command= in authorized_keys.",
  });
}

/** A server that has no such subsystem says no more than no. */
export function subsystemRefused(name: string): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server has no subsystem ${name} for this user`, {
    details: { remote, phase: "subsystem" },
    hint: "Look at Subsystem and ForceCommand in its sshd_config, and at command= in authorized_keys.",
  });
}

/** The channel ended before the server had answered. */
export function subsystemEnded(name: string): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server closed the channel for the subsystem ${name}`, {
    details: { remote, phase: "subsystem" },
    hint: "Its log says why; a login shell or a forced command may have failed.",
  });
}
