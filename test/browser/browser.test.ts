// Fovea in Chromium, where it is installed: with threads (a page that is cross-origin isolated) and without,
// the same bits as on the wasm target in Node.

import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectWithFovea, root, runNode } from "../package/built.ts";
import { bundlers } from "../package/bundlers.ts";
import {
  chromiumPath,
  openChromium,
  type ServerOptions,
  serve,
  withoutChromium,
} from "./chromium.ts";
import type { PictureResult, SessionResult } from "./session.ts";

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
    // What a bundle leaves out lies beside it.
    const sharp = "node_modules/sharp";
    symlinkSync(join(root, sharp), join(project.folder, sharp));
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
  }, 60_000);

  /** What `call`, an expression with `module` and `address`, gives in a page of its own. */
  async function inPage<T>(options: ServerOptions, call: string): Promise<T> {
    const server = await serve(project.folder, options);
    const page = await browser.newPage();
    try {
      await page.goto(`${server.address}/index.html`);
      const { address } = server;
      const run = `import("${address}/web/main.js").then((module) => ((address) => ${call})("${address}"))`;
      return (await page.evaluate(run)) as T;
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
      const call = `module.runSession(${threads})`;
      const result = await inPage<SessionResult>({ isolated }, call);
      expect(result.device).toContain(device);
      expect(result.losses).toEqual(inNode.losses);
      expect(result.bits).toEqual(inNode.bits);
      expect(result.returns).toEqual({ bytes: true, blob: true, file: true });
      expect(result.error).toMatch(/^DataError: [\s\S]*expected: \[null, 8, 8, 1\]/);
      expect(result.progress.join("\n")).toMatch(/Epoch 3\/3[\s\S]*loss/);
    },
    60_000,
  );

  test("pictures are read, written, resized and predicted, with the pixels of Node", async () => {
    const call =
      "console.log(JSON.stringify(await (await import('./node/main.js')).tryPictures()))";
    const own: PictureResult = runNode(project.folder, call);
    const seen = await inPage<PictureResult>({ isolated: true }, "module.tryPictures()");
    expect(seen.pixels).toEqual(own.pixels);
    expect(seen.resized).toEqual(own.resized);
    expect(seen.predicted).toEqual(own.predicted);
    expect(seen.transparent).toEqual(own.transparent);
    expect(seen.reasons).toEqual(["empty", "foreign", "truncated", "truncated"]);
    expect(own.reasons).toEqual(seen.reasons);
    for (const loss of [...seen.losses, ...own.losses]) expect(loss).toBeLessThan(20);
    for (const ink of [seen.ink, own.ink]) expect(ink).toBeGreaterThan(20);
  }, 60_000);

  test.each([
    ["with threads", true],
    ["without threads", false],
  ])("%s a page stays alive while a network is compiled", async (_, isolated) => {
    // Some 200 milliseconds of work, of which a page has a turn every eight.
    const turns = await inPage<number>({ isolated }, "module.turnsWhileCompiling(2)");
    expect(turns).toBeGreaterThan(10);
  });

  const ownWorker = `workerUrl: address + "/node_modules/fovea/assets/wasm-worker.js"`;

  test.each([
    ["no workers", "worker-src 'none'", "", /^wasm, 1 thread \(.*worker-src.*\): 2,2$/],
    ["workers of files alone", "worker-src 'self'", "", /^wasm, 1 thread \(.*worker-src.*\): 2,2$/],
    ["workers of files alone", "worker-src 'self'", ownWorker, /^wasm, 2 threads: 2,2$/],
    [
      "no WebAssembly",
      "script-src 'self'",
      "",
      /^TargetError: WebAssembly may not .*wasm-unsafe-eval/s,
    ],
  ])("a page whose policy allows %s (%s) %s is told so", async (_, policy, more, expected) => {
    const call = `module.tryDevice({ target: "wasm", threads: 2, ${more} })`;
    expect(await inPage<string>({ isolated: true, policy }, call)).toMatch(expected);
  });

  test("machine code is refused by name, and without WebAssembly the interpreter computes", async () => {
    const x64 = 'module.tryDevice({ target: "x64" })';
    expect(await inPage<string>({ isolated: true }, x64)).toMatch(/^TargetError: The x64 target/);
    const options = { isolated: true, policy: "script-src 'self'" };
    expect(await inPage<string>(options, "module.tryDevice({})")).toMatch(/^interpreter, .*: 2,2$/);
  });
});
