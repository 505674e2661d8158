import { fileURLToPath } from "node:url";
import { runTypescript } from "../../scripts/run-typescript.js";

await runTypescript("swarm", "/test/swarm/main.ts", async ({ main }) => {
  process.exitCode = await main(process.argv.slice(2), fileURLToPath(import.meta.url));
});
