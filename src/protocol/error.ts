// The one error class of Sallyport. It stands on the ground floor so that every layer can throw it.

/** Every code that a {@link SallyportError} can carry. The set is closed: docs/reference/errors.md has a heading for each. */
export type ErrorCode =
  // Who broke the protocol: the other side, or the caller.
  | "FTP_PROTOCOL_REMOTE"
  | "FTP_PROTOCOL_LOCAL"
  // The server said no, in order: for now (4yz) or for good (5yz).
  | "FTP_REPLY_TRANSIENT"
  | "FTP_REPLY_PERMANENT"
  | "FTP_LOGIN"
  // A file did not come through whole, or is not the one that it should be.
  | "FTP_TRANSFER"
  | "FTP_VERIFY"
  | "NET_REFUSED"
  | "NET_TIMEOUT"
  | "NET_RESET"
  | "NET_UNREACHABLE"
  | "NET_ADDRESS_IN_USE"
  | "NET_ADDRESS_UNAVAILABLE"
  | "NET_PERMISSION"
  | "NET_DNS"
  | "NET_UNSUPPORTED"
  | "NET_TLS"
  | "NET_FAILED"
  | "SSH_PROGRAM_MISSING"
  | "SSH_CONFIG"
  | "SSH_CONNECT"
  | "SSH_HOST_KEY"
  | "SSH_AUTH"
  | "SSH_CHANNEL_REFUSED"
  | "SSH_FORWARD_REFUSED"
  | "SSH_PROTOCOL"
  | "SSH_DISCONNECTED"
  | "FS_NOT_FOUND"
  | "FS_EXISTS"
  | "FS_NOT_DIRECTORY"
  | "FS_IS_DIRECTORY"
  | "FS_NOT_EMPTY"
  | "FS_NOT_FILE"
  | "FS_PERMISSION"
  | "FS_READ_ONLY"
  | "FS_OUTSIDE"
  | "FS_NO_SPACE"
  | "FS_NAME_INVALID"
  | "FS_UNSUPPORTED"
  | "FS_FAILED"
  | "POLICY_BIND"
  | "LIMIT_LINE"
  | "LIMIT_REPLY"
  | "LIMIT_LISTING"
  | "CONFIG_INVALID"
  | "USAGE_INVALID"
  | "CLOSED"
  | "INTERNAL";

/** What is known beside the message; every field optional, all of it safe to print. */
export interface ErrorDetails {
  /** Reply code of the peer (RFC 959 section 4.2), or for `FTP_PROTOCOL_REMOTE` the one to answer the peer with. */
  readonly reply?: number;
  /** That reply in the peer's own words, with its code; printable. */
  readonly said?: string;
  /** `host:port` of the remote end that the operation was about. */
  readonly remote?: string;
  /** `host:port` of the near end. */
  readonly local?: string;
  /** What was being done: `connect`, `listen`, `read`, `write`, `handshake`, … */
  readonly phase?: string;
  /** SSH_OPEN_* reason of RFC 4254 section 5.1, for `SSH_CHANNEL_REFUSED`. */
  readonly channelReason?: number;
  /** The system's error name, for example `EADDRINUSE`. */
  readonly system?: string;
  /** Who was to open the data connection that this is about. */
  readonly mode?: "passive" | "active" | "default-port" | "third-party";
  /** `host:port` that was agreed on for it: in our PORT, or in the server's 227 where that is another host than the one that was used. */
  readonly named?: string;
  /** The number of the finding that the hint is the remedy of (docs/reference/findings.md). */
  readonly finding?: string;
  /** The session is inside TLS. */
  readonly secure?: true;
}

/** What is known of an error beside its code and message. */
export interface ErrorOptions {
  /** The error below it, kept as it was. */
  readonly cause?: unknown;
  /** Where it happened, and what the peer said. */
  readonly details?: ErrorDetails | undefined;
  /** What the user can do about it, one sentence. */
  readonly hint?: string | undefined;
}

const brand: unique symbol = Symbol.for("sallyport.error");

/** The one error class. Match on `code`, not on `instanceof` (two copies of the package have two classes). */
export class SallyportError extends Error {
  /** One of a closed set; docs/reference/errors.md has a paragraph on each. */
  readonly code: ErrorCode;
  /** Where it happened, and what the peer said. */
  readonly details: ErrorDetails;
  /** What the user can do about it; printed after the message. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SallyportError";
    this.code = code;
    this.details = options.details ?? {};
    this.hint = options.hint;
    // Not enumerable: nothing shows it.
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * True for a SallyportError of any copy of this package.
 *
 * @example
 * if (isSallyportError(error) && error.code === "FTP_LOGIN") console.log(error.hint);
 */
export function isSallyportError(value: unknown): value is SallyportError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** The same error with more details; what is not ours stays as it is. */
export function withDetails(error: unknown, more: ErrorDetails): unknown {
  if (!isSallyportError(error)) return error;
  const { code, message, cause, hint } = error;
  return new SallyportError(code, message, { cause, hint, details: { ...error.details, ...more } });
}
