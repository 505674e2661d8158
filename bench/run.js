import { runTypescript } from "../scripts/run-typescript.js";

await runTypescript("bench", "/bench/main.ts", ({ main }) => main(process.argv.slice(2)));
