// The report for programs: one JSON object per line on standard output.

import type { SallyportError } from "../../protocol/error.ts";
import { scenarioOf } from "../../protocol/findings/explain-error.ts";
import type { ListedEntry } from "../../protocol/listing/listed-entry.ts";
import type { Gauge, Progress } from "../../text/progress.ts";
import { exitStatusOf } from "../exit-status.ts";
import type { Change, Moved, Report, Totals } from "./report.ts";
import type { TextReportOptions } from "./text-report.ts";

export class JsonReport implements Report {
  readonly #printLine: (line: string) => void;
  readonly #explain: TextReportOptions["explain"];
  readonly #progress: Progress;

  constructor(options: Pick<TextReportOptions, "printLine" | "explain" | "progress">) {
    this.#printLine = options.printLine;
    this.#explain = options.explain;
    this.#progress = options.progress;
  }

  expect(files: number, bytes: number | undefined): void {
    this.#progress.expect(files, bytes);
  }

  begin(name: string): Gauge {
    return this.#progress.begin(name);
  }

  moved({ elapsedMs, wasThere = false, ...moved }: Moved): void {
    this.#print({ event: "file", ...moved, wasThere, milliseconds: Math.round(elapsedMs) });
  }

  changed({ what, url, target }: Change): void {
    this.#print({ event: what, url, target });
  }

  skipped(name: string, why: string): void {
    this.#print({ event: "skipped", name, why });
  }

  failed(name: string, error: SallyportError): void {
    const { code, message, hint } = error;
    const explanation = this.#explain?.(error);
    const scenario = scenarioOf(error);
    this.#print({ event: "error", name, code, message, hint, scenario, exitStatus: exitStatusOf(error), explanation });
  }

  note(text: string): void {
    this.#print({ event: "note", text });
  }

  entry(url: string, path: string, { name: _, others, ...entry }: ListedEntry): void {
    const facts = others === undefined ? {} : { others: Object.fromEntries(others) };
    this.#print({ event: "entry", url, path, ...entry, ...facts });
  }

  done({ elapsedMs, ...totals }: Totals): void {
    this.#print({ event: "done", ...totals, milliseconds: Math.round(elapsedMs) });
  }

  /** Lone surrogates stand for bytes that are no UTF-8; JSON.stringify writes them as escapes. */
  #print(event: object): void {
    this.#progress.erase();
    this.#printLine(JSON.stringify(event));
  }
}
