// Streams of an SSH connection break with SallyportErrors only, those that Node makes itself included.

import { type ErrorCode, isSallyportError, SallyportError } from "../../protocol/error.ts";
import { ownEntry } from "../../protocol/own-entry.ts";

interface Translation {
  readonly code: ErrorCode;
  readonly text: string;
}

const closed: Translation = { code: "CLOSED", text: "is closed" };

const known: Readonly<Record<string, Translation>> = {
  ERR_STREAM_WRITE_AFTER_END: { code: "CLOSED", text: "was written to after its end" },
  ERR_STREAM_DESTROYED: closed,
  ECONNRESET: { code: "NET_RESET", text: "was reset" },
  EPIPE: { code: "NET_RESET", text: "was closed by the remote end before our end-of-file" },
};

/** The error as ours; without one, what a write gets that was under way when we closed the connection ourselves. */
export function asSallyportError(error: Error | undefined, target: string): SallyportError {
  if (isSallyportError(error)) return error;
  const { code: name = "" } = (error ?? {}) as NodeJS.ErrnoException;
  const { code, text } =
    ownEntry(known, name) ?? (error === undefined ? closed : { code: "INTERNAL", text: error.message });
  return new SallyportError(code, `the connection to ${target} ${text}`, {
    cause: error,
    details: { remote: target, ...(name === "" ? {} : { system: name }) },
  });
}
