import { defineConfig } from "vitest/config";
import { patienceMs } from "./test/support/patience.ts";

// Only what hangs for good ends here: longer than a test waits for one event (test/support/patience.ts), so that the message
// of that wait is seen. A machine with other work makes tests slow, never red.
const testTimeout = 300_000;

// Projects in the order of their speed.
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

// No file of these changes what others see, so they share a process: loading the source anew for each took a third of the time.
const engines = [
  "test/{protocol,platform,admission,filesystem,simulation,swarm,data-connection,client,transfer,server,gateway,doctor,lab,testing}/**/*.test.ts",
  "test/ssh/{channels,connection-protocol,embedded/channels,embedded/configuration,embedded/host-keys}/**/*.test.ts",
  "test/cli/{command-line,credentials,progress,report,trace}/**/*.test.ts",
];

/** It hides modules from all that its process loads. */
const alone = ["test/ssh/embedded/without-addons.test.ts"];

export default defineConfig({
  test: {
    pool: "forks",
    globalSetup: ["test/support/run-directory.ts"],
    // The tests wait more than they compute.
    maxWorkers: 5,
    projects: [
      project("static", ["test/static/**/*.test.ts"]),
      project("engines", engines, false),
      project("unit", ["test/{network,ssh,serve,tunnel,connect,bridge,cli,conformance}/**/*.test.ts"], false, [
        ...engines,
        ...alone,
      ]),
      project("alone", alone),
      project("peers", ["test/peers/**/*.test.ts"], false),
      project("networks", ["test/networks/**/*.test.ts"]),
      // Not part of `npm test`: `npm run test:lab`.
      project("lab-real", ["test/lab-real/**/*.test.ts"]),
      project("lab-pages", ["test/lab-pages/**/*.test.ts"]),
    ],
  },
});
