// Why a transfer is not complete, in words.
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { remoteFault } from "../protocol/fault.ts";
import type { Reply } from "../protocol/reply.ts";
import type { DataConnection } from "./mode-choice.ts";

/** The server's own words, with what broke here as the cause. */
export function replyErrorWith(what: string, final: Reply, cause: SallyportError): SallyportError {
  const error = replyError(what, final);
  if (cause.details.reply === final.code) return error;
  return new SallyportError(error.code, error.message, {
    cause,
    details: error.details,
    hint: error.hint,
  });
}

/** With what is known of the data connection; of a 425 also what the reason at our side may be. */
export function explained(error: SallyportError, end: Pick<DataConnection, "details" | "warning">): SallyportError {
  const details = { ...error.details, ...end.details() };
  const warning = error.details.reply === 425 ? end.warning?.() : undefined;
  if (warning === undefined) {
    return new SallyportError(error.code, error.message, { cause: error.cause, details, hint: error.hint });
  }
  return new SallyportError(error.code, `${error.message}; ${warning}`, {
    cause: error,
    details,
    hint: "Connect again, or use passive mode.",
  });
}

export function unannounced(what: string, reply: Reply): SallyportError {
  const message = `${what}: the server said ${reply.code} without having announced the data (150)`;
  return new SallyportError("FTP_TRANSFER", message, {
    details: { reply: reply.code },
    hint: "What came cannot be trusted to be that file; transfer it again.",
  });
}

/** One that answers another command: 213 SIZE, 227 to 229 a data port. Taken for the end of a file it would be a lie. */
export const isForeign = ({ code }: Reply): boolean => code === 213 || (code >= 227 && code <= 229);

export function outOfStep(what: string, { code }: Reply): SallyportError {
  return remoteFault(`${what}: the server answered the transfer with ${code}, which belongs to another command`);
}

export function tooEarly(what: string, reply: Reply): SallyportError {
  const message = `${what}: the server confirmed the file (${reply.code}) before it had all of it`;
  return new SallyportError("FTP_TRANSFER", message, {
    details: { reply: reply.code },
    hint: "Transfer the file again; look at its size at the server.",
  });
}

export function unconfirmed(what: string, cause: SallyportError): SallyportError {
  const message = `${what}: the session was lost before the server confirmed the transfer (${cause.message})`;
  return new SallyportError("FTP_TRANSFER", message, {
    cause,
    details: cause.details,
    hint: "Connect again, and transfer the file again or continue with what is there (resume).",
  });
}
