import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bookletPage, scenarioPage } from "../../src/lab/figures/page/page.ts";
import { describePeers } from "../support/missing.ts";
import { artifacts, openBrowser, openPage } from "./browser.ts";
import { measureFigures } from "./measure.ts";
import { bookletScenarios } from "./scenarios.ts";

/** CSS pixels that can be read without a glass. */
const fontMin = 9;

const ground = (page: Page): Promise<string> =>
  page.evaluate<string>("getComputedStyle(document.body).backgroundColor");

describePeers(["chromium"], "the booklet in Chromium", () => {
  let browser: Browser;
  let folder: string;
  let url: string;
  const scenarios = bookletScenarios();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-booklet-"));
    const path = join(folder, "booklet.html");
    await writeFile(path, bookletPage(await scenarios));
    url = pathToFileURL(path).href;
    browser = await openBrowser();
    console.log(`screenshots and booklet.pdf: ${artifacts}`);
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  describe.each([1280, 390])("at %i pixels", (width) => {
    test("every figure is there and legible, nothing is cut off, and the page does not scroll sideways", async () => {
      await using opened = await openPage(browser, url, width, "light");
      const figures = await measureFigures(opened.page);
      const runs = (await scenarios).reduce((sum, { cases }) => sum + 2 + 2 * cases.length, 0);
      expect(figures).toHaveLength(2 * runs);
      expect(figures.filter(({ width: wide, height }) => wide < 300 || height < 100)).toEqual([]);
      expect(figures.filter(({ smallestFont }) => smallestFont < fontMin)).toEqual([]);
      expect(figures.flatMap(({ label, outside }) => outside.map((words) => `${label}: ${words}`))).toEqual([]);
      expect(figures.flatMap(({ label, upon }) => upon.map((words) => `${label}: ${words}`))).toEqual([]);
      expect(figures.filter(({ isBoxInside }) => !isBoxInside)).toEqual([]);
      expect(await opened.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(opened.faults).toEqual([]);
    });

    // On its own page: a browser draws that much faster than a part of the booklet.
    test("a picture of each scenario is kept", async () => {
      for (const shown of await scenarios) {
        const file = join(folder, `${shown.number}.html`);
        await writeFile(file, scenarioPage(shown));
        await using opened = await openPage(browser, pathToFileURL(file).href, width, width < 500 ? "dark" : "light");
        const path = join(artifacts, `${shown.number}-${width}.jpeg`);
        const picture = await opened.page.screenshot({ path, type: "jpeg", quality: 70, fullPage: true });
        expect(picture.length).toBeGreaterThan(10_000);
        expect(opened.faults).toEqual([]);
      }
    });
  });

  test("the links of the contents lead to their chapters", async () => {
    await using opened = await openPage(browser, url, 1280, "light");
    const targets = await opened.page.evaluate<string[]>(
      "Array.from(document.querySelectorAll('nav a'), (link) => document.querySelector(link.getAttribute('href')).id)",
    );
    expect(targets).toEqual((await scenarios).map(({ number }) => number));
  });

  test("it is light or dark as its reader prefers", async () => {
    const grounds = [];
    for (const scheme of ["light", "dark"] as const) {
      await using opened = await openPage(browser, url, 1280, scheme);
      grounds.push(await ground(opened.page));
      await opened.page.screenshot({ path: join(artifacts, `contents-${scheme}.jpeg`), type: "jpeg", quality: 70 });
    }
    expect(grounds).toEqual(["rgb(255, 255, 255)", "rgb(20, 25, 31)"]);
  });

  test("printed on A4, each chapter begins a page and no figure is wider than the paper", async () => {
    await using opened = await openPage(browser, url, 703, "dark");
    await opened.page.emulateMedia({ media: "print" });
    const figures = await measureFigures(opened.page);
    expect(figures.filter(({ width }) => width > 703)).toEqual([]);
    expect(await ground(opened.page)).toBe("rgb(255, 255, 255)");
    const pdf = await opened.page.pdf({ path: join(artifacts, "booklet.pdf"), format: "A4", preferCSSPageSize: true });
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThanOrEqual((await scenarios).length + 1);
  });
});
