// When has a program done all it can do before more time passes? When no promise, tick or immediate of it is left to run.

/** Worlds that wait here: their own immediates are none of a program's. */
let waiting = 0;

const immediates = (): number => process.getActiveResourcesInfo().filter((name) => name === "Immediate").length;

/**
 * Node runs all microtasks and ticks before the next immediate, and it counts the immediates that wait: with none of either
 * the program waits for time or for a packet. What works outside of that loop (threads, files, sockets, timers of Node) is
 * not waited for, so code that runs in a world must not use it.
 */
export async function settle(): Promise<void> {
  do {
    waiting += 1;
    await new Promise<void>((resolve) => setImmediate(resolve));
    waiting -= 1;
  } while (immediates() > waiting);
}
