// A test's own configuration lines replace the rig's lines of the same keyword.

/** One file from both; `separator` stands between keyword and value. Keywords are compared without case. */
export function mergeLines(own: readonly string[], more: readonly string[], separator: string): string {
  const keyword = (line: string): string => (line.split(separator)[0] ?? "").trim().toLowerCase();
  const replaced = new Set(more.map(keyword));
  return [...own.filter((line) => !replaced.has(keyword(line))), ...more, ""].join("\n");
}
