import { defineConfig } from "vitest/config";
import { patienceMs } from "./test/support/patience.ts";

// Only what hangs for good ends here: longer than a test waits for one event (test/support/patience.ts), so that the message
// of that wait is seen. A machine with other work makes tests slow, never red.
const testTimeout = 300_000;

const project = (name: string, include: string[], isolate = true, exclude: string[] = []) => ({
  // The documentation's examples import the package by its name.
  resolve: {
    alias: {
      "sallyport/testing": new URL("./src/testing/index.ts", import.meta.url).pathname,
      "sallyport/client": new URL("./src/connect/index.ts", import.meta.url).pathname,
      sallyport: new URL("./src/index.ts", import.meta.url).pathname,
    },
  },
  test: {
    name,
    include,
    exclude,
    testTimeout,
    hookTimeout: testTimeout,
    isolate,
    // As long as a test waits for one event.
    expect: { poll: { timeout: patienceMs } },
  },
});

/** They hide or change modules for all that their process loads. */
const alone = ["test/ssh/embedded/without-addons.test.ts", "test/network/timer-queue.test.ts"];

/** Projects of the folder's name: run by themselves, or each file begins with a new process, since it asks for namespaces. */
const apart = ["test/{static,networks,peers,lab-real,lab-pages}/**"];

export default defineConfig({
  test: {
    pool: "forks",
    globalSetup: ["test/support/run-directory.ts"],
    // The tests wait more than they compute.
    maxWorkers: 5,
    projects: [
      project("static", ["test/static/**/*.test.ts"]),
      // No file of these changes what others see, so they share processes: to load the source anew for each took a third of
      // the time.
      project("main", ["test/**/*.test.ts"], false, [...apart, ...alone]),
      project("alone", alone),
      project("networks", ["test/networks/**/*.test.ts"]),
      // Not part of `npm test`: `npm run test:peers` and `npm run test:lab`.
      project("peers", ["test/peers/**/*.test.ts"], false),
      project("lab-real", ["test/lab-real/**/*.test.ts"]),
      project("lab-pages", ["test/lab-pages/**/*.test.ts"]),
    ],
  },
});
