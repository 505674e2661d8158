// The report for prompts: lines on standard error, listings on standard output.
import type { SallyportError } from "../../protocol/error.ts";
import type { ListedEntry } from "../../protocol/listing/listed-entry.ts";
import { escapeText } from "../../text/escape-text.ts";
import { compared, formatBytes, formatDuration } from "../../text/format.ts";
import type { Gauge, Progress } from "../../text/progress.ts";
import { shortBytes } from "../../text/progress-line.ts";
import type { Change, Moved, Report, Totals } from "./report.ts";
import type { TransferVerb } from "./transfer-options.ts";

export interface TextReportOptions {
  readonly quiet: boolean;
  /** The long form of an error; absent: it is not shown. */
  readonly explain: ((error: SallyportError) => readonly string[]) | undefined;
  readonly progress: Progress;
  readonly printLine: (line: string) => void;
  readonly printError: (text: string) => void;
}

export class TextReport implements Report {
  readonly #options: TextReportOptions;

  constructor(options: TextReportOptions) {
    this.#options = options;
  }

  expect(files: number, bytes: number | undefined): void {
    this.#options.progress.expect(files, bytes);
  }

  begin(name: string): Gauge {
    return this.#options.progress.begin(name);
  }

  moved(moved: Moved): void {
    // Before the source is asked for, which is put together then.
    if (this.#options.quiet) return;
    const { source, target, way, bytes, elapsedMs, verified, how, wasThere } = moved;
    // Of what is received the URL was typed; of the others nobody has seen the target yet.
    const name = way === "received" ? escapeText(target) : `${escapeText(source)} -> ${escapeText(target)}`;
    if (wasThere) {
      this.#print(`${name}: was there already (${compared(verified)})`);
      return;
    }
    const rate = elapsedMs < 1 ? "" : `, ${shortBytes((bytes * 1000) / elapsedMs)}/s`;
    const between = way === "copied" ? ` ${how}` : "";
    this.#print(
      `${name}: ${formatBytes(bytes)} ${way}${between} in ${formatDuration(elapsedMs)}${rate} (${compared(verified)})`,
    );
  }

  changed({ what, url, target }: Change): void {
    this.#print(`${escapeText(url)}: ${what}${target === undefined ? "" : ` to ${escapeText(target)}`}`);
  }

  skipped(name: string, why: string): void {
    this.#print(`${escapeText(name)}: left out: ${escapeText(why)}`);
  }

  failed(name: string, error: SallyportError): void {
    const { progress, printError } = this.#options;
    progress.erase();
    // A file of this machine is named by its error already.
    const isNamed = name === "" || error.message.startsWith(`${name}: `);
    printError(`sallyport: ${isNamed ? "" : `${escapeText(name)}: `}${escapeText(error.message)}\n`);
    if (error.hint !== undefined) printError(`  ${escapeText(error.hint)}\n`);
    for (const line of this.#options.explain?.(error) ?? []) printError(`  ${escapeText(line)}\n`);
  }

  note(text: string): void {
    this.#print(`sallyport: ${escapeText(text)}`);
  }

  entry(_url: string, path: string, entry: ListedEntry): void {
    this.#options.printLine(listingLine(path, entry));
  }

  done({ verb, files, bytes, failed, skipped, elapsedMs }: Totals): void {
    // Of a listing people see how long it is.
    if (verb === "ls" || files + failed + skipped < 2) return;
    const also = [failed > 0 ? `, ${failed} failed` : "", skipped > 0 ? `, ${skipped} left out` : ""].join("");
    const done = doneWords[verb] ?? `${files === 1 ? "file" : "files"}, ${formatBytes(bytes)}`;
    this.#print(`${files} ${done} in ${formatDuration(elapsedMs)}${also}`);
  }

  #print(line: string): void {
    if (this.#options.quiet) return;
    this.#options.progress.erase();
    this.#options.printError(`${line}\n`);
  }
}

/** Of the commands that move no bytes. */
const doneWords: Readonly<Partial<Record<TransferVerb, string>>> = { rm: "removed", mkdir: "made", mv: "renamed" };

const typeLetters = { file: "-", directory: "d", link: "l", other: "?" } as const;

/** `d            - 2026-11-22 20:15Z name`. What the server does not report is a `-`. */
function listingLine(path: string, { type, size, modified, target }: ListedEntry): string {
  const time = modified === undefined ? "-" : new Date(modified.ms).toISOString().slice(0, 16).replace("T", " ");
  const shown = modified?.precision === "day" ? time.slice(0, 10) : time;
  const zone = modified?.zone === "utc" && modified.precision !== "day" ? "Z" : "";
  const name = escapeText(path) + (target === undefined ? "" : ` -> ${escapeText(target)}`);
  const bytes = type === "directory" || size === undefined ? "-" : String(size);
  return `${type === undefined ? "?" : typeLetters[type]} ${bytes.padStart(13)} ${(shown + zone).padEnd(17)} ${name}`;
}
