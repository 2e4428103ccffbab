// The page of a run in Chromium, where it is installed: axe-core finds nothing on any screen, in light or dark; a cell of the
// confusion matrix shows its pictures; the table of scores is sorted by keyboard.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPage, runsPage } from "../../src/report/index.ts";
import { chromiumPath, openChromium, withoutChromium } from "../browser/chromium.ts";
import { fullReport } from "./full-report.ts";
import { twoRuns } from "./two-runs.ts";

if (chromiumPath === undefined) console.warn(withoutChromium);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds, in a few words each. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly string[];
}

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "fovea-report-"));
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(join(folder, "report.html"), reportPage(fullReport()));
    writeFileSync(join(folder, "index.html"), runsPage(twoRuns(), { title: "Two runs" }));
    browser = await openChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  }, 60_000);

  async function onPage<T>(
    file: string,
    look: { readonly width: number; readonly colorScheme: "light" | "dark" },
    work: (page: Page) => Promise<T>,
  ): Promise<T> {
    const { width, colorScheme } = look;
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      bypassCSP: true,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(`loads ${request.url()}`);
    });
    try {
      await page.goto(`file://${join(folder, file)}`);
      const result = await work(page);
      expect(problems).toEqual([]);
      return result;
    } finally {
      await context.close();
    }
  }

  const looks = [390, 768, 1440].flatMap((width) =>
    (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
  );

  describe.each(["report.html", "index.html"])("%s", (file) => {
    test.each(looks)(
      "at $width pixels in $colorScheme",
      async (look) => {
        await onPage(file, look, async (page) => {
          await page.evaluate(
            "document.querySelectorAll('details').forEach((one) => { one.open = true; })",
          );
          await page.evaluate(axe);
          const found = (await page.evaluate(
            "axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 160) + ' ' + failureSummary) })))",
          )) as readonly Violation[];
          expect(found).toEqual([]);
          const overflow = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          expect(overflow).toBeLessThanOrEqual(0);
        });
      },
      120_000,
    );
  });

  test("a cell of the confusion matrix shows its pictures", async () => {
    await onPage("report.html", { width: 1440, colorScheme: "light" }, async (page) => {
      const panel = page.locator("#cell-0-0");
      expect(await panel.isVisible()).toBe(false);
      await page.locator('.matrix a[href="#cell-0-0"]').focus();
      await page.keyboard.press("Enter");
      expect(await panel.isVisible()).toBe(true);
      expect(await panel.locator("img").count()).toBe(4);
      await page.locator('.matrix a[href="#cell-1-1"]').click();
      expect(await panel.isVisible()).toBe(false);
    });
  }, 60_000);

  test("the matrix shows counts or shares", async () => {
    await onPage("report.html", { width: 1440, colorScheme: "light" }, async (page) => {
      const first = page.locator(".matrix td.hit").first();
      expect(await first.innerText()).toMatch(/^\d+$/);
      await page.locator("#by-share").check();
      expect(await first.innerText()).toMatch(/%$/);
    });
  }, 60_000);

  test("the table of scores is sorted by the column whose heading is pressed", async () => {
    // With its own policy: the script runs because the policy names it.
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`file://${join(folder, "report.html")}`);
    const values = async () =>
      (await page.locator("table.sortable tbody td:nth-child(4)").allInnerTexts()).map(parseFloat);
    const before = await values();
    const heading = page.locator("table.sortable th").nth(3);
    await heading.locator("button").focus();
    await page.keyboard.press("Enter");
    expect(await values()).toEqual(before.toSorted((a, b) => b - a));
    expect(await heading.getAttribute("aria-sort")).toBe("descending");
    await page.keyboard.press("Enter");
    expect(await values()).toEqual(before.toSorted((a, b) => a - b));
    await page.locator("table.sortable th button").first().click();
    const names = await page.locator("table.sortable tbody th").allInnerTexts();
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
    await context.close();
  }, 60_000);
});
