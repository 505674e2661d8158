// What is measured of every figure that can be seen, inside of the browser (measure-in-page.mjs).
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";

export interface FigureMeasure {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** CSS pixels after scaling, of the smallest text. */
  readonly smallestFont: number;
  /** Texts that reach beyond the drawing. */
  readonly outside: readonly string[];
  /** Texts that lie upon each other. */
  readonly upon: readonly string[];
  /** Its box, which may scroll, stays within the window. */
  readonly isBoxInside: boolean;
}

export async function measureFigures(page: Page): Promise<FigureMeasure[]> {
  return page.evaluate<FigureMeasure[]>(await readFile(new URL("./measure-in-page.mjs", import.meta.url), "utf8"));
}
