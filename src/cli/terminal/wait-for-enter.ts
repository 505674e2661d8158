// `--step`: goes on when the user presses Enter, or ends the input.
import { createInterface } from "node:readline";

export interface Steps extends Disposable {
  readonly next: () => Promise<void>;
}

export function waitForEnter(input: NodeJS.ReadStream): Steps {
  const lines = createInterface({ input });
  let isClosed = false;
  lines.once("close", () => {
    isClosed = true;
  });
  return {
    next: () =>
      new Promise((resolve) => {
        if (isClosed) return resolve();
        lines.once("line", () => resolve());
        lines.once("close", () => resolve());
      }),
    [Symbol.dispose]: () => lines.close(),
  };
}
