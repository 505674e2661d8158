// One run of `sallyport explain`.

import { explanationLines } from "../../lab/figures/text/doctor-lines.ts";
import { type FindingId, findingRows, isFindingId } from "../../protocol/findings/findings.ts";
import { findingOfLine, type KnownLine } from "../../protocol/findings/known-lines.ts";
import { choosePaint } from "../../text/paint.ts";
import { exitStatus } from "../exit-status.ts";
import type { ProcessIo } from "../run/process-io.ts";
import type { ExplainCommand } from "./explain-command.ts";

/** Returns the exit status: 1 for a line that is not known. */
export function runExplain({ text }: ExplainCommand, io: ProcessIo): number {
  const found = numbered(text) ?? findingOfLine(text);
  if (found === undefined) {
    io.printError(
      "sallyport: this line is not known. sallyport doctor [--via user@ssh-host] ftp-host looks at the way itself.\n",
    );
    return exitStatus.other;
  }
  const look = { paint: choosePaint(io.env, io.outputColumns !== undefined), columns: io.outputColumns ?? 80 };
  for (const line of linesFor(found, look)) io.printLine(line);
  return exitStatus.ok;
}

/** `D07`, `d7`, and the scenario of the same number. */
function numbered(text: string): FindingId | undefined {
  const digits = /^[ds]?(\d{1,2})$/i.exec(text)?.[1];
  const id = `D${digits?.padStart(2, "0")}`;
  return isFindingId(id) ? id : undefined;
}

function linesFor(found: KnownLine["finding"], look: Parameters<typeof explanationLines>[1]): readonly string[] {
  if (found !== "no-path") return explanationLines({ id: found, ...findingRows[found] }, look);
  return [
    "Nothing is wrong with the way to the server: it has answered, and this is its answer.",
    "The name, the directory or what the user may do there is the matter; sallyport ls shows what there is.",
  ];
}
