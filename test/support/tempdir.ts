// A temporary directory that goes away with its test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** Absolute path of a name inside it. */
  file(name: string): string;
  /** Deletes it and all in it; idempotent. */
  remove(): void;
}

/** Made with mode 0700; `purpose` becomes part of the name, so that a left-over tells where it came from. */
export function makeTempDir(purpose: string): TempDir {
  const path = mkdtempSync(join(tmpdir(), `sallyport-${purpose}-`));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  return {
    path,
    file: (name) => join(path, name),
    remove,
    [Symbol.asyncDispose]: async () => remove(),
  };
}
