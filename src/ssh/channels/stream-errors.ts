// Streams of an SSH connection break with SallyportErrors only, those that Node makes itself included.

import { type ErrorCode, isSallyportError, SallyportError } from "../../protocol/error.ts";
import { ownEntry } from "../../protocol/own-entry.ts";

interface Translation {
  readonly code: ErrorCode;
  readonly words: string;
}

const closed: Translation = { code: "CLOSED", words: "is closed" };

const known: Readonly<Record<string, Translation>> = {
  ERR_STREAM_WRITE_AFTER_END: { code: "CLOSED", words: "was written to after its end" },
  ERR_STREAM_DESTROYED: closed,
  ECONNRESET: { code: "NET_RESET", words: "was reset" },
  EPIPE: { code: "NET_RESET", words: "was closed by the remote end before our end-of-file" },
};

/** The error in our words; without one, what a write gets that was under way when we closed the connection ourselves. */
export function honestError(error: Error | undefined, target: string): SallyportError {
  if (isSallyportError(error)) return error;
  const { code: name = "" } = (error ?? {}) as NodeJS.ErrnoException;
  const { code, words } =
    ownEntry(known, name) ?? (error === undefined ? closed : { code: "INTERNAL", words: error.message });
  return new SallyportError(code, `the connection to ${target} ${words}`, {
    cause: error,
    details: { remote: target, ...(name === "" ? {} : { system: name }) },
  });
}
