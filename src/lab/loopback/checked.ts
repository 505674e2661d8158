// What a transfer of a mode has come to, in words; a wrong one is an error of ours, since every part of it is ours.
import { SallyportError } from "../../protocol/error.ts";
import type { TransferResult } from "../stage.ts";

const written = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `/file, 46,000 bytes, all the same`. Throws `INTERNAL` when it did not work or a byte is another one. */
export function checked(what: string, result: TransferResult, finding = "all the same"): string {
  const problem = problemOf(result);
  if (problem === undefined) {
    const count = result.bytes === undefined ? "" : ` ${written(result.bytes)} bytes,`;
    return `${what},${count} ${finding}`;
  }
  const { system } = result;
  throw new SallyportError("INTERNAL", `${what}: ${problem}`, system === undefined ? {} : { details: { system } });
}

function problemOf({ works, whole, reply, system, bytes, wrongAt }: TransferResult): string | undefined {
  if (works && whole) return undefined;
  if (wrongAt !== undefined) return `byte ${wrongAt} is different`;
  if (system !== undefined) return [system, reply].join(" ").trim();
  if (reply.startsWith("2")) return `${written(bytes ?? 0)} bytes came, which is not all`;
  return reply === "" ? "no reply came" : `the server said ${reply}`;
}
