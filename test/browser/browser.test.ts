// Fovea in Chromium, where it is installed: with threads (a page that is cross-origin isolated) and without,
// the same bits as on the wasm target in Node.

import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectWithFovea, runNode } from "../package/built.ts";
import { bundlers } from "../package/bundlers.ts";
import { chromiumPath, openChromium, serve, withoutChromium } from "./chromium.ts";
import type { SessionResult } from "./session.ts";

if (chromiumPath === undefined) console.warn(withoutChromium);

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  const project = projectWithFovea();
  let browser: Browser;
  let inNode: SessionResult;

  beforeAll(async () => {
    writeFileSync(join(project.folder, "package.json"), JSON.stringify({ type: "module" }));
    // Beside the installed package: in the repository it would find the sources.
    cpSync(join(import.meta.dirname, "session.ts"), join(project.folder, "session.ts"));
    writeFileSync(join(project.folder, "index.html"), "<!doctype html><title>Fovea</title>");
    const options = { folder: project.folder, entry: "session.ts" };
    await bundlers.esbuild({ ...options, host: "browser" }, "web");
    await bundlers.esbuild({ ...options, host: "node" }, "node");
    inNode = runNode(
      project.folder,
      "console.log(JSON.stringify(await (await import('./node/main.js')).runSession(2)))",
    );
    browser = await openChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    project.remove();
  });

  /** A session in a page of its own. */
  async function runInPage(isolated: boolean, threads: number): Promise<SessionResult> {
    const server = await serve(project.folder, { isolated });
    const page = await browser.newPage();
    try {
      await page.goto(`${server.address}/index.html`);
      const run = `import("${server.address}/web/main.js").then(({ runSession }) => runSession(${threads}))`;
      return (await page.evaluate(run)) as SessionResult;
    } finally {
      await page.close();
      await server.close();
    }
  }

  test.each([
    ["with threads", true, 2, "wasm, 2 threads"],
    ["without threads", false, 2, "wasm, 1 thread"],
  ])(
    "%s a network trains, saves, loads, explains errors and shows progress",
    async (_, isolated, threads, device) => {
      const result = await runInPage(isolated, threads);
      expect(result.device).toContain(device);
      expect(result.losses).toEqual(inNode.losses);
      expect(result.bits).toEqual(inNode.bits);
      expect(result.returns).toEqual({ bytes: true, blob: true, file: true });
      expect(result.error).toMatch(/^DataError: [\s\S]*expected: \[null, 8, 8, 1\]/);
      expect(result.progress.join("\n")).toMatch(/Epoch 3\/3[\s\S]*loss/);
    },
    60_000,
  );
});
