// Debian's Chromium, without a window, with its own profile that goes away with it.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumPath } from "../support/missing.ts";

/** Ignored by git; CI keeps it. */
export const artifacts = fileURLToPath(new URL("../../artifacts/lab-pages/", import.meta.url));

export async function openBrowser(): Promise<Browser> {
  await mkdir(artifacts, { recursive: true });
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of scripts, of the console and of loading, and everything that the page asked for beside itself. */
  readonly faults: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  width: number,
  colorScheme: "light" | "dark",
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("request", (request) => {
    if (request.url() !== url) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults, [Symbol.asyncDispose]: () => page.close() };
}
