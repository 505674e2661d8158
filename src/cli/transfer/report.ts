// What is reported of a run, in text or in JSON.
import type { TransferResult } from "../../client/transfer-options.ts";
import type { SallyportError } from "../../protocol/error.ts";
import type { ListedEntry } from "../../protocol/listing/listed-entry.ts";
import type { Gauge } from "../../text/progress.ts";
import type { TransferVerb } from "./transfer-options.ts";

export type Way = "received" | "sent" | "copied";

export interface Moved {
  readonly way: Way;
  /** What was read and what was written: URLs without passwords, or local paths. */
  readonly source: string;
  readonly target: string;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly verified: TransferResult["verified"];
  /** `passive 192.0.2.1:40000`; for copies `third-party` or `through this machine`. */
  readonly how: string;
  /** Nothing was to be done: the file was there already. */
  readonly wasThere?: boolean;
}

/** Something at a server is another now, and no bytes were moved. */
export interface Change {
  readonly what: "removed" | "made" | "renamed";
  /** URL without password. */
  readonly url: string;
  /** Of what was renamed: the URL that it has now. */
  readonly target?: string;
}

export interface Totals {
  readonly verb: TransferVerb;
  readonly files: number;
  readonly bytes: number;
  readonly failed: number;
  readonly skipped: number;
  readonly elapsedMs: number;
}

export interface Report {
  /** So many files of a tree, and their bytes where they are known, are to come. */
  expect(files: number, bytes: number | undefined): void;
  begin(name: string): Gauge;
  moved(moved: Moved): void;
  changed(change: Change): void;
  /** A file of a tree that is left out, and is no failure. */
  skipped(name: string, why: string): void;
  failed(name: string, error: SallyportError): void;
  /** Something to know that is no failure. */
  note(text: string): void;
  /** One file of `ls`; `path` as it stands below the URL. */
  entry(url: string, path: string, entry: ListedEntry): void;
  done(totals: Totals): void;
}
