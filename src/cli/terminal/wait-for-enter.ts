// `--step`: goes on when the user presses Enter, or ends the input.
import { createInterface } from "node:readline";

export interface Steps extends Disposable {
  readonly next: () => Promise<void>;
}

/** An Enter that comes before it is waited for counts too, as terminals have it. */
export function waitForEnter(input: NodeJS.ReadStream): Steps {
  const lines = createInterface({ input });
  let early = 0;
  let isClosed = false;
  let wake: (() => void) | undefined;
  const go = (): void => {
    wake?.();
    wake = undefined;
  };
  lines.on("line", () => {
    if (wake === undefined) early += 1;
    else go();
  });
  lines.once("close", () => {
    isClosed = true;
    go();
  });
  return {
    next: () =>
      new Promise((resolve) => {
        if (isClosed) return resolve();
        if (early === 0) {
          wake = resolve;
          return;
        }
        early -= 1;
        resolve();
      }),
    [Symbol.dispose]: () => lines.close(),
  };
}
