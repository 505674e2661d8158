// What the caller says about a transfer, and what he is told.
import type { HashName } from "../protocol/hashes.ts";
import type { DataMode } from "./client-options.ts";

/** How far a transfer is. */
export interface Progress {
  /** Bytes of the file that are there, with those of an earlier attempt. */
  readonly bytes: number;
  /** Bytes of the whole file, where it is known. */
  readonly size: number | undefined;
}

/** What both directions have in common. */
export interface TransferOptions {
  /** Ends the transfer with ABOR; the session can be used afterwards. Its reason is rethrown untouched. */
  readonly signal?: AbortSignal;
  /** `ascii`: line ends are CRLF on the wire and LF here; `CONFIG_INVALID` over SFTP, which has no such type. Default `binary`. */
  readonly type?: "binary" | "ascii";
  /** Called after each piece. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * `size` (default): the server's SIZE must agree, where it tells one. `hash`: the strongest checksum that the server
   * offers, too. A name: that one. `none`: only what FTP itself confirms. In ASCII mode nothing can be compared.
   */
  readonly verify?: "size" | "hash" | HashName | "none";
  /**
   * Called once when the commands of the next call leave: all data has been carried, and what is left are the server's final reply and the
   * check of the size; or, with small files at servers that allow it, it is on its way. The transfer may still fail. Not called when it fails
   * before, nor where something has to be asked first: a checksum, `retries`.
   */
  readonly onDataComplete?: () => void;
  /** How often a broken transfer is resumed, over a new session if need be. Default 0. */
  readonly retries?: number;
}

/** What the server tells of a file before it comes; what it does not report is absent. */
export interface SourceFacts {
  /** Bytes of the whole file. */
  readonly size?: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs?: number;
}

/** How a file is downloaded as a stream. */
export interface DownloadOptions extends TransferOptions {
  /** Called once when the server has told them: SIZE, and MDTM which is asked for only then, pipelined with the transfer. */
  readonly onFacts?: (facts: SourceFacts) => void;
  /** First byte that is wanted (REST). Default 0. */
  readonly offset?: number;
}

/** How bytes are uploaded. */
export interface UploadOptions extends TransferOptions {
  /** Add to the end of the file (APPE). Default false. */
  readonly append?: boolean;
  /** Called once the server has said that it takes the file (150). */
  readonly onAnnounced?: () => void;
}

/** What a transfer has done. */
export interface TransferResult {
  /** Bytes that this call moved. */
  readonly bytes: number;
  /** What was compared at the end. */
  readonly verified: "nothing" | "size" | HashName;
  /** Who opened the data connection. */
  readonly mode: DataMode;
  /** With the address: `passive 192.0.2.1:40000`. */
  readonly how: string;
  /** 1 unless it broke. */
  readonly attempts: number;
  /** With `resume`: all of it was there already, and nothing was moved. */
  readonly wasThere?: boolean;
}

/** What a transfer has done: bytes that it moved, what was compared, which way it went. */
export type Transferred = Pick<TransferResult, "bytes" | "verified" | "how" | "wasThere">;

/** How a file is transferred; all is optional. */
export interface FileTransferOptions extends Pick<TransferOptions, "signal" | "type" | "retries"> {
  /**
   * `size` (default): the sizes at both sides must agree, where the server tells its own. `hash`: the strongest checksum that the server
   * offers, too; over SFTP the file is read once more. `none`: only what the protocol itself confirms.
   */
  readonly verify?: "size" | "hash" | "none";
  /** Go on behind what an earlier attempt has left, if it is from the same source. Default false. */
  readonly resume?: boolean;
  /** Give the copy the time of last change of its source, where that can be set. Default true. */
  readonly times?: boolean;
  /** Called after each piece: bytes of the file that are there, and of the whole. */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Write the name itself, without a part and a rename: others may see half a file. For drop boxes. Uploads by FTP always do. Default false.
   */
  readonly inPlace?: boolean;
  /** Called with a sentence to show: what is no failure, but should be known. */
  readonly onNote?: (text: string) => void;
}
