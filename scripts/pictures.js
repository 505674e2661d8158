// Draws docs/pictures again from simulated runs: `npm run pictures`. test/lab/pictures.test.ts tells when that is needed.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { picturesOf } from "../dist/lab/figures/pictures.js";
import { runForPage } from "../dist/lab/run-scenario.js";
import { scenarios } from "../dist/lab/scenarios.js";
import { simulatedStage } from "../dist/lab/simulated/simulated-stage.js";

const folder = new URL("../docs/pictures/", import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const scenario of scenarios) {
  for (const [name, text] of picturesOf(await runForPage(scenario, simulatedStage()))) {
    writeFileSync(new URL(name, folder), text);
  }
}
