// A data connection that ended before its file, in words that the client may get.
import type { Duplex } from "node:stream";
import { isSallyportError, SallyportError } from "../protocol/error.ts";

/** `refusal`: how Node refuses to write on what broke a moment ago. */
export function brokenOff(stream: Duplex, refusal?: Error): SallyportError {
  const cause = stream.errored ?? refusal;
  if (isSallyportError(cause)) return cause;
  return new SallyportError("NET_RESET", "the data connection broke before its end", { cause });
}
