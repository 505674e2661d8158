// When has a program done all it can do before more time passes? When no promise, tick or immediate of it is left to run.

/**
 * Node runs all microtasks and ticks before the next immediate, and it counts the immediates that wait: with none of either
 * the program waits for time or for a packet. What works outside of that loop (threads, files, sockets, timers of Node) is
 * not waited for, so code that runs in a world must not use it.
 */
export async function settle(): Promise<void> {
  do {
    await new Promise<void>((resolve) => setImmediate(resolve));
  } while (process.getActiveResourcesInfo().includes("Immediate"));
}
