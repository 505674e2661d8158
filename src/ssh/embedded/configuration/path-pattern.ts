// The part of glob(7) that Include needs.
import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, parse } from "node:path";
import { matchesPattern } from "../pattern.ts";

/** Existing paths that match, in lexical order. `*` and `?` stay within one name and do not match a leading dot. */
export function expandPathPattern(pattern: string): string[] {
  const { root } = parse(pattern);
  const names = pattern
    .slice(root.length)
    .split(/[\\/]+/)
    .filter((name) => name !== "");
  let found = [isAbsolute(pattern) ? root : "."];
  for (const name of names) {
    found = /[*?]/.test(name)
      ? found.flatMap((directory) => namesIn(directory, name).map((match) => join(directory, match)))
      : found.map((directory) => join(directory, name));
  }
  return found.filter((path) => existsSync(path));
}

function namesIn(directory: string, pattern: string): string[] {
  try {
    const visible = readdirSync(directory).filter((name) => pattern.startsWith(".") || !name.startsWith("."));
    return visible.filter((name) => matchesPattern(pattern, name)).sort();
  } catch {
    return []; // not a directory, or not ours to read
  }
}
