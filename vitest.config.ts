import { defineConfig } from "vitest/config";

// Projects in the order of their speed. `peers` starts real programs, so its files get more time and fewer workers.
const project = (name: string, include: string[], testTimeout: number, isolate = true, exclude: string[] = []) => ({
  // The documentation's examples import the package by its name.
  resolve: {
    alias: {
      "sallyport/client": new URL("./src/connect/index.ts", import.meta.url).pathname,
      sallyport: new URL("./src/index.ts", import.meta.url).pathname,
    },
  },
  test: { name, include, exclude, testTimeout, hookTimeout: 60_000, isolate },
});

// No file of these changes what others see, so they share a process: loading the source anew for each took a third of the time.
const engines = [
  "test/{protocol,platform,filesystem,simulation,swarm,data-connection,client,server,gateway,lab}/**/*.test.ts",
  "test/ssh/{connection-protocol,embedded/channels,embedded/configuration,embedded/host-keys}/**/*.test.ts",
  "test/cli/{command-line,credentials,explain,progress,report,trace}/**/*.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    // The tests wait more than they compute.
    maxWorkers: 5,
    projects: [
      project("static", ["test/static/**/*.test.ts"], 20_000),
      project("engines", engines, 60_000, false),
      project("unit", ["test/{network,ssh,serve,tunnel,cli,conformance}/**/*.test.ts"], 60_000, true, engines),
      project("peers", ["test/peers/**/*.test.ts"], 120_000),
      project("networks", ["test/networks/**/*.test.ts"], 120_000),
      // Not part of `npm test`: `npm run test:lab`.
      project("lab-real", ["test/lab-real/**/*.test.ts"], 120_000),
      project("lab-pages", ["test/lab-pages/**/*.test.ts"], 120_000),
    ],
  },
});
