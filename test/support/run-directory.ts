// A directory that lives as long as one run of the tests, for what all test files of it share.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    readonly runDirectory: string;
  }
}

let path: string | undefined;

/** Called by vitest before the first test file. */
export function setup(project: TestProject): void {
  path = mkdtempSync(join(tmpdir(), "sallyport-run-"));
  project.provide("runDirectory", path);
}

/** Called by vitest behind the last one. */
export function teardown(): void {
  if (path !== undefined) rmSync(path, { recursive: true, force: true });
}
