import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { doctorPage } from "../../src/lab/figures/page/doctor-page.ts";
import { doctorReport } from "../lab/figures/doctor-report.ts";
import { describePeers } from "../support/missing.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { artifacts, openBrowser, openPage } from "./browser.ts";
import { measureFigures } from "./measure.ts";
import { bookletScenarios } from "./scenarios.ts";

describePeers(["chromium"], "the doctor's page in Chromium", () => {
  test("at 1280 and at 390 pixels all of it is legible, nothing is cut off, and it does not scroll sideways", async () => {
    await using folder = makeTempDir("doctor-page");
    const file = join(folder.path, "page.html");
    const scenarios = (await bookletScenarios()).filter(({ number }) => number === "S12");
    await writeFile(file, doctorPage(doctorReport("220 welcome"), "FTP works, but not in every way.", scenarios));
    const browser = await openBrowser();
    try {
      for (const width of [1280, 390]) {
        await using opened = await openPage(browser, pathToFileURL(file).href, width, "light");
        const figures = await measureFigures(opened.page);
        expect(figures).toHaveLength(3);
        expect(figures.filter(({ smallestFont }) => smallestFont < 9)).toEqual([]);
        expect(figures.flatMap(({ outside }) => outside)).toEqual([]);
        expect(figures.flatMap(({ upon }) => upon)).toEqual([]);
        expect(figures.filter(({ isBoxInside }) => !isBoxInside)).toEqual([]);
        expect(await opened.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        expect(opened.faults).toEqual([]);
        await opened.page.screenshot({ path: join(artifacts, `doctor-${width}.png`), fullPage: true });
      }
    } finally {
      await browser.close();
    }
  });
});
