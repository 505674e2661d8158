// Files that import each other, by whatever way: `import type` included, since two that need each other's types are one idea.
import { posix } from "node:path";
import { type SourceFile, withoutComments } from "./source-files.ts";

const imports = /\bfrom\s*"(\.[^"]+)"|\bimport\s*\(\s*"(\.[^"]+)"/g;

/** Each circle once, as the sorted paths of its files. */
export function importCircles(files: readonly SourceFile[]): string[][] {
  const known = new Set(files.map(({ path }) => path));
  const importsOf = new Map(files.map((file) => [file.path, targetsOf(file).filter((path) => known.has(path))]));
  const reach = new Map(files.map(({ path }) => [path, reachable(path, importsOf)]));
  const circles = new Map<string, string[]>();
  for (const [path, there] of reach) {
    if (!there.has(path)) continue;
    const circle = [...there].filter((other) => reach.get(other)?.has(path)).sort();
    circles.set(circle.join(" "), circle);
  }
  return [...circles.values()];
}

function targetsOf({ path, text }: SourceFile): string[] {
  return Array.from(withoutComments(text).matchAll(imports), ([, from, dynamic]) =>
    posix.join(posix.dirname(path), from ?? dynamic ?? ""),
  );
}

/** What an import leads to, however far. */
function reachable(path: string, importsOf: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...(importsOf.get(path) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(importsOf.get(next) ?? []));
  }
  return seen;
}
