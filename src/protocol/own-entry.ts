// Look-ups of words that somebody else chose.

/** The table's own entry: `constructor` and `__proto__` are words like any other, and stand in no table. */
export function ownEntry<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
