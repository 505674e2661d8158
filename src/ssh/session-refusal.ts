// The words for sessions, commands and subsystems that an SSH server refuses (RFC 4254 section 6); every transport uses them.
import { SallyportError } from "../protocol/error.ts";
import { refusalReason } from "./channel-refusal.ts";

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
