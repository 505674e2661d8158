// An upload as a session with a server gets it: what, where to, and what may be resumed.
import type { Progress, SourceFacts, TransferOptions } from "../client/transfer-options.ts";
import type { Chunks } from "../client/upload.ts";

/** What is uploaded: a file of this machine, standard input, or a file of another server. */
export interface StoreSource {
  /** Asked again for each attempt. */
  identify(signal: AbortSignal): Promise<SourceFacts>;
  /** The bytes from there on. */
  open(offset: number): Chunks;
  /** A piece is not needed any more, and may be changed. */
  readonly giveBack?: (piece: Uint8Array) => void;
  /** Whether `open` can begin anywhere, and more than once. */
  readonly seekable: boolean;
}

/**
 * What to do about bytes that are there. `no`: begin. `asked`: the user said --resume, so notes and bytes are compared.
 * `retry`: they are this run's own, and the source is the same.
 */
export type ResumeMode = "no" | "requested" | "retry";

/** What one attempt leaves for the next one. */
export interface AttemptState {
  /** Bytes that were there before the first attempt. */
  from?: number;
  /** Bytes of this run have been sent. */
  hasBegun?: boolean;
  /**
   * What had the name when this run began at the first byte, where no part is used: while that is there, nothing of this run is. `unknown`: the
   * session was lost over the question.
   */
  before?: SourceFacts | "nothing" | "unknown";
  /** The part is whole, and is getting its name. */
  isRenaming?: boolean;
}

export interface StoreOrder {
  /** As the caller writes it. */
  readonly path: string;
  readonly source: StoreSource;
  readonly identity: SourceFacts;
  readonly resume: ResumeMode;
  readonly state: AttemptState;
  /** Write the name itself, without a part. FTP always does. */
  readonly inPlace: boolean;
  /** There may be another attempt. */
  readonly mayRetry: boolean;
  /** The time that the server's file is to get; undefined: none. */
  readonly modifiedMs: number | undefined;
  readonly signal: AbortSignal;
  readonly verify: NonNullable<TransferOptions["verify"]>;
  readonly type: NonNullable<TransferOptions["type"]>;
  readonly onProgress: (progress: Progress) => void;
  readonly onDataComplete?: () => void;
  /** Something to know that is no failure. */
  readonly note: (text: string) => void;
}
