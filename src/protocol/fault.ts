// Who broke the protocol: the remote side, or our caller. RFC 959 has no word for either, so the codes are ours.
import { SallyportError } from "./error.ts";

/** The peer sent what the protocol does not allow. `reply` is the FTP reply code that it deserves, where one exists. */
export function remoteFault(message: string, hint?: string, reply?: number): SallyportError {
  return new SallyportError("FTP_PROTOCOL_REMOTE", message, {
    hint,
    details: reply === undefined ? undefined : { reply },
  });
}

/** Our own side asked for something that must not go on the wire. */
export function localFault(message: string): SallyportError {
  return new SallyportError("FTP_PROTOCOL_LOCAL", message);
}
