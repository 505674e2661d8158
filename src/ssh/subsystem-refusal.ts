// A server that has no such subsystem says no more than no; both transports tell it in these words.
import { SallyportError } from "../protocol/error.ts";

export function subsystemRefused(name: string): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server has no subsystem ${name} for this user`, {
    details: { remote: "session", phase: "subsystem" },
    cure: "Look at Subsystem and ForceCommand in its sshd_config, and at command= in authorized_keys.",
  });
}

/** The channel ended before the server had answered. */
export function subsystemEnded(name: string): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `the SSH server closed the channel for the subsystem ${name}`, {
    details: { remote: "session", phase: "subsystem" },
    cure: "Its log tells why; a login shell or a forced command may have failed.",
  });
}
