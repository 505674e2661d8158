// The long form of an error: its code, what lies below it, its scenario. Pure.
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import type { Scenario } from "../scenario.ts";
import { scenarios } from "../scenarios.ts";
import { isNoPathProblem, type Sign, signs } from "./signs.ts";

/** `S07`; undefined for an error that none of the scenarios is about. */
export function scenarioOf(error: SallyportError): string | undefined {
  return signOf(error)?.scenario;
}

/** Lines to stand below message and hint; not escaped. */
export function explain(error: SallyportError): readonly string[] {
  const sign = signOf(error);
  const scenario = scenarios.find(({ number }) => number === sign?.scenario);
  return [
    `Code: ${error.code} (docs/reference/errors.md)`,
    ...causesOf(error).map(({ message }) => `Because: ${message}`),
    ...(sign === undefined ? [] : [...(scenario === undefined ? [] : linesOf(scenario)), `What to do: ${sign.here}`]),
  ];
}

function linesOf({ number, title, why, answer }: Scenario): readonly string[] {
  return [`${number}: ${title} (docs/guides/scenarios.md)`, `Why: ${why}`, `What Sallyport does: ${answer}`];
}

function signOf(error: SallyportError): Sign | undefined {
  const text = [error.message, ...causesOf(error).map(({ message }) => message)].join("\n");
  const isNoPath = isNoPathProblem(error, text);
  return signs.find(({ scenario, fits }) => (scenario === undefined || !isNoPath) && fits(error, text));
}

/** What was thrown below it; of foreign errors only the outermost, which says it all. */
function causesOf(error: SallyportError): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    causes.push(cause);
    if (!isSallyportError(cause)) break;
  }
  return causes.filter(({ message }) => !error.message.includes(message));
}
