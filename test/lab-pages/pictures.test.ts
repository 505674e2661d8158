import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { picturesOf } from "../../src/lab/figures/pictures.ts";
import { runForPage } from "../../src/lab/run-scenario.ts";
import { scenarios } from "../../src/lab/scenarios.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";

const folder = new URL("../../docs/pictures/", import.meta.url);

test("docs/pictures is what the lab draws today: else npm run pictures", async () => {
  const stale: string[] = [];
  const names: string[] = [];
  for (const scenario of scenarios) {
    for (const [name, text] of picturesOf(await runForPage(scenario, simulatedStage()))) {
      names.push(name);
      const drawn = await readFile(new URL(name, folder), "utf8").catch(() => "");
      if (drawn !== text) stale.push(name);
    }
  }
  expect(stale).toEqual([]);
  expect((await readdir(folder)).sort()).toEqual(names.sort());
});
