// Objects that are known by a mark of theirs and not by their class: a program may have two copies of the package, and of each class.

/** `mark` comes from `Symbol.for`, so that all copies have the same. */
export function hasMark(value: unknown, mark: symbol): boolean {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[mark] === true;
}

/** Not enumerable: nothing shows it. */
export function setMark(object: object, mark: symbol): void {
  Object.defineProperty(object, mark, { value: true });
}
