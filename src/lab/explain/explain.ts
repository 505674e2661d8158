// The long form of an error: its code, what lies below it, its scenario. Pure.
import type { SallyportError } from "../../protocol/error.ts";
import type { Scenario } from "../scenario.ts";
import { scenarios } from "../scenarios.ts";
import { causesOf, signOf } from "./signs.ts";

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
