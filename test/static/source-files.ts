// The files of the project as text, for tests that read them.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const root: string = dirname(dirname(import.meta.dirname));

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Paths of all files below `folder`, sorted; `[]` when there is no such folder. */
export function pathsBelow(folder: string): string[] {
  const entries = ((): { name: string; isDirectory(): boolean }[] => {
    try {
      return readdirSync(join(root, folder), { withFileTypes: true });
    } catch {
      return [];
    }
  })();
  const paths = entries.flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? pathsBelow(path) : [path];
  });
  return paths.sort();
}

export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** The TypeScript files below a folder. */
export function typescriptBelow(folder: string): SourceFile[] {
  return pathsBelow(folder)
    .filter((path) => path.endsWith(".ts"))
    .map(readSource);
}

/** Comments blanked, line numbers kept; strings stay. */
export function withoutComments(text: string): string {
  const token = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (found) => (found.startsWith("/") ? found.replace(/[^\n]/g, " ") : found));
}

/** `path:line` of an offset. */
export function placeOf(file: SourceFile, offset: number): string {
  return `${file.path}:${file.text.slice(0, offset).split("\n").length}`;
}
