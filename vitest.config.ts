import { defineConfig } from "vitest/config";

// Projects in the order of their speed. `peers` starts real programs, so its files get more time and fewer workers.
const project = (name: string, include: string[], testTimeout: number, isolate = true) => ({
  // The documentation's examples import the package by its name.
  resolve: {
    alias: {
      "sallyport/client": new URL("./src/connect/index.ts", import.meta.url).pathname,
      sallyport: new URL("./src/index.ts", import.meta.url).pathname,
    },
  },
  test: { name, include, testTimeout, hookTimeout: 60_000, isolate },
});

export default defineConfig({
  test: {
    pool: "forks",
    // The tests wait more than they compute.
    maxWorkers: 4,
    projects: [
      project("static", ["test/static/**/*.test.ts"], 20_000),
      // No file changes what others see, so they share a process: loading the source anew for each took a third of the time.
      project(
        "engines",
        ["test/{protocol,platform,filesystem,simulation,swarm,data-connection,client,server,gateway,lab}/**/*.test.ts"],
        60_000,
        false,
      ),
      project("unit", ["test/{network,ssh,serve,tunnel,cli}/**/*.test.ts", "test/conformance/**/*.test.ts"], 60_000),
      project("peers", ["test/peers/**/*.test.ts"], 120_000),
      project("networks", ["test/networks/**/*.test.ts"], 120_000),
      // Not part of `npm test`: `npm run test:lab`.
      project("lab-real", ["test/lab-real/**/*.test.ts"], 120_000),
      project("lab-pages", ["test/lab-pages/**/*.test.ts"], 120_000),
    ],
  },
});
