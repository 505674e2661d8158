// What becomes of sessions that last, and of files that are written.

import type { SallyportError } from "../protocol/error.ts";
import type { FindingId } from "../protocol/findings/findings.ts";
import { printable } from "../protocol/printable.ts";
import type { IdleFacts, WriteFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** A server that ends a session says so, or closes it in order; what forgets a connection lets packets vanish or resets it. */
export function judgeIdle({ way, idleMs, during, reply, error, lostAfterMs }: IdleFacts): readonly Finding[] {
  if (error === undefined) return [];
  const isServer = error.details.reply === 421 || (lostAfterMs !== undefined && error.code === "NET_RESET");
  const what =
    during === "silence" ? "nothing was said" : "data flowed, and nothing was said on the control connection,";
  const evidence = [
    `${what} for ${seconds(lostAfterMs ?? idleMs)}`,
    ...(reply === undefined ? [] : [printable(reply.lines[0] ?? "", 200)]),
    printable(error.message, 300),
  ];
  const id = idOf(error, during, isServer);
  return [{ id, way, severity: "warning", evidence }];
}

function idOf({ code }: SallyportError, during: IdleFacts["during"], isServer: boolean): FindingId {
  if (code.startsWith("SSH_")) return "D42";
  if (isServer) return "D40";
  // Data that break are no matter of a connection that was idle.
  return during === "transfer" && code !== "NET_TIMEOUT" ? "D20" : "D48";
}

const isSmallOnly = ({ error }: WriteFacts): boolean => error?.code === "NET_TIMEOUT" && error.details.phase === "data";

const rows: readonly (readonly [FindingId, Finding["severity"], (fact: WriteFacts) => boolean])[] = [
  ["D49", "failure", ({ isEqual }) => isEqual === false],
  ["D50", "failure", isSmallOnly],
  ["D20", "failure", ({ error }) => error !== undefined],
  ["D51", "warning", ({ stored }) => stored !== undefined && stored.code >= 400],
];

export function judgeWritten(fact: WriteFacts): readonly Finding[] {
  const { way, mode, path, stored, error, isLeft } = fact;
  const id = rows.find(([, , fits]) => fits(fact));
  const evidence = [
    `STOR ${path}, ${mode}: ${stored === undefined ? "no answer" : printable(stored.lines[0] ?? "", 200)}`,
    ...(fact.isEqual === false ? ["read back, it has other bytes"] : []),
    ...(error === undefined ? [] : [printable(error.message, 300)]),
  ];
  const left: Finding = { id: "D52", way, severity: "warning", evidence: [`${path} is still at the server`] };
  const found: Finding[] = id === undefined ? [] : [{ id: id[0], way, severity: id[1], evidence }];
  return isLeft === true ? [...found, left] : found;
}
