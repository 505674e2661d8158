// From an error to SSH_FX_* (draft-ietf-secsh-filexfer-02, section 7): the only place that knows.
import { type ErrorCode, isSallyportError } from "../../../protocol/error.ts";
import { type StatusCode, statusCodes } from "../wire/message-types.ts";

/** What is not here is `failure`. */
const codes: Readonly<Partial<Record<ErrorCode, StatusCode>>> = {
  FS_NOT_FOUND: statusCodes.noSuchFile,
  FS_PERMISSION: statusCodes.permissionDenied,
  FS_READ_ONLY: statusCodes.permissionDenied,
  FS_OUTSIDE: statusCodes.permissionDenied,
  FS_UNSUPPORTED: statusCodes.unsupported,
  SSH_PROTOCOL: statusCodes.badMessage,
};

export interface Status {
  readonly code: StatusCode;
  readonly words: string;
}

/** A request that is answered with a status other than OK, and no fault. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: Status;

  constructor(code: StatusCode, words: string) {
    super(words);
    this.status = { code, words };
  }
}

const isRefusal = (error: unknown): error is Refusal => error instanceof Error && error.name === "Refusal";

/** The answer to a request that failed; words of foreign errors are not for clients. */
export function statusOf(error: unknown): Status {
  if (isRefusal(error)) return error.status;
  if (!isSallyportError(error)) return { code: statusCodes.failure, words: "it failed" };
  return { code: codes[error.code] ?? statusCodes.failure, words: error.message };
}
