// Is 03/04 the third of April or the fourth of March? One line does not tell; a listing may.

export type DateOrder = "month-first" | "day-first" | "unknown";

/** From pairs of the first two numbers of dates: a number above 12 is a day. Contradictions tell nothing. */
export function dateOrderOf(pairs: Iterable<readonly [number, number]>): DateOrder {
  let [monthFirst, dayFirst] = [false, false];
  for (const [first, second] of pairs) {
    monthFirst ||= second > 12;
    dayFirst ||= first > 12;
  }
  if (monthFirst === dayFirst) return "unknown";
  return monthFirst ? "month-first" : "day-first";
}

/** The month and the day of a pair; `undefined` where the order matters and is not known. */
export function inOrder(first: number, second: number, order: DateOrder): { month: number; day: number } | undefined {
  if (order === "unknown" && first !== second) return undefined;
  return order === "day-first" ? { month: second, day: first } : { month: first, day: second };
}
