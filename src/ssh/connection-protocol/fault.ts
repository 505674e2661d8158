// Who broke RFC 4254: the remote side, or our caller.
import { SallyportError } from "../../protocol/error.ts";

/** The peer sent what RFC 4254 does not allow; the connection cannot go on. */
export function remoteFault(message: string): SallyportError {
  return new SallyportError("SSH_PROTOCOL", message, { details: { phase: "read" } });
}

/** Our own side asked for something that must not go on the wire. */
export function localFault(message: string): SallyportError {
  return new SallyportError("INTERNAL", message, { details: { phase: "write" } });
}
