// What a command of the prompt works with.
import type { Credentials, DataMode } from "../client/client-options.ts";
import type { FtpClient } from "../client/ftp-client.ts";
import type { Progress } from "../client/transfer-options.ts";
import type { NameEncoding } from "../protocol/client/name-bytes.ts";
import type { SallyportError } from "../protocol/error.ts";
import type { Redirection } from "./redirection.ts";

export interface Settings {
  type: "binary" | "ascii";
  /** Show replies. */
  verbose: boolean;
  /** Show commands. */
  debug: boolean;
  /** A # for each 64 KiB in place of the progress line. */
  hash: boolean;
  /** Ask before each file of mget, mput and mdelete. */
  confirm: boolean;
  glob: boolean;
  /** Files keep their times of last change. */
  preserve: boolean;
  /** Active mode without PORT: the default data port. */
  sendPort: boolean;
  /** EPSV and EPRT over IPv4, not PASV and PORT. */
  epsv4: boolean;
  /** How servers write names. */
  readonly encoding: NameEncoding;
  mode: "auto" | DataMode;
  localDirectory: string;
}

/** Shows how one transfer goes. Disposal wipes it away. */
export interface ProgressView extends Disposable {
  update(progress: Progress): void;
  /** Before other lines are written. */
  erase(): void;
}

export interface Target {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly account?: string;
}

export interface Shell {
  readonly settings: Settings;
  /** Aborted by Ctrl-C, for the command that is running. */
  readonly signal: AbortSignal;
  /** The session; throws `USAGE_INVALID` when there is none. */
  client(): FtpClient;
  /** Runs `work` with the second server in the place of the first (`proxy`). */
  atSecond<T>(work: () => T): Promise<Awaited<T>>;
  /** Where we are connected to, or were last. */
  readonly target: Target | undefined;
  readonly connected: boolean;
  /** What failed last at the prompt. */
  readonly lastError: SallyportError | undefined;
  open(target: Target): Promise<void>;
  /** Who to log in as; asks for what `target` lacks. */
  signIn(target: Target): Promise<Credentials>;
  close(): Promise<void>;
  quit(): void;
  /** One line, safe to show. */
  print(line: string): void;
  /** Where lines go, and the bytes of `get FILE -`. */
  readonly output: NodeJS.WritableStream;
  /** Runs `work` with another output. */
  redirect(redirection: Redirection, work: () => Promise<void>): Promise<void>;
  /** `undefined` where nobody can be asked. The signal takes the question back. */
  ask(question: string, hidden: boolean, signal?: AbortSignal): Promise<string | undefined>;
  progress(name: string): ProgressView;
  nowMs(): number;
}
