// A mistake on the command line: what is wrong, and what to type instead.
import { isSallyportError, SallyportError } from "../protocol/error.ts";

const generalHelp = "See sallyport --help.";

/** A `USAGE_INVALID` error. `hint` is one sentence that says what to type instead. */
export function usageError(message: string, hint: string = generalHelp): SallyportError {
  return new SallyportError("USAGE_INVALID", message, { hint });
}

/** Where nothing better is known, the help to see is the command's own. */
export function withHelpOf<Parsed>(command: string, parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    if (!isSallyportError(error) || error.hint !== generalHelp) throw error;
    throw usageError(error.message, `See sallyport ${command} --help.`);
  }
}
