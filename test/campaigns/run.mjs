import { runTypescript } from "../../scripts/run-typescript.js";

await runTypescript("campaign", "/test/campaigns/main.ts", async ({ main }) => {
  process.exitCode = await main(process.argv.slice(2));
});
