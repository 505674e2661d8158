// A mistake on the command line: what is wrong, and what to type instead.
import { SallyportError } from "../../protocol/error.ts";

/** A `USAGE_INVALID` error. `cure` is one sentence that says what to type instead. */
export function usageError(message: string, cure: string = "See sallyport --help."): SallyportError {
  return new SallyportError("USAGE_INVALID", message, { cure });
}
