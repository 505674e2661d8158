// Who may log in, and what they then see. The hook for authentication and for a FileSystem of one's own.
import type { FileSystem } from "../platform/file-system.ts";

/** Who wants to log in. */
export interface LoginAttempt {
  /** One character per byte, as the client sent it. */
  readonly user: string;
  /** As it was given with PASS; keep it out of logs. */
  readonly password: string;
  /** The client's address. */
  readonly address: string;
  /** Control connection encrypted. */
  readonly secure: boolean;
  /** Host name that the client asked for (HOST, RFC 7151). */
  readonly host?: string;
}

/** What a user who has logged in sees, and may do. */
export interface Account {
  /** What this user sees, and as what: a read-only one is a FileSystem that refuses. */
  readonly fileSystem: FileSystem;
  /** Nothing may be changed; shown in MLSx `perm`. Default false. */
  readonly readOnly?: boolean;
  /** Directory after the login. Default `/`. */
  readonly directory?: string;
  /** Goes with the FTP session: disposed when it ends, or another user logs in on it. Nobody gets such an account by SSH. */
  readonly owned?: AsyncDisposable;
}

/**
 * Judges a login: `undefined` refuses it, always with the same words to the client. It must take as long for a user that
 * does not exist as for a wrong password (RFC 2577 section 7). What it throws is a 421 to the client, and no wrong password.
 */
export type Authenticate = (attempt: LoginAttempt, signal: AbortSignal) => Promise<Account | undefined>;
