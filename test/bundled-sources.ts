// The sources as bundles for Node, made once before all tests. Processes that tests start begin in a fifth of the time that
// compiling each source file takes.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the bundles: `cli/main.js`, `index.js` and the other doors of the package. */
    readonly bundles: string;
  }
}

const root = resolve(import.meta.dirname, "..");

/** Bundles the sources, says where, and returns what removes them. */
export default function setup(project: TestProject): () => void {
  // Beneath node_modules, where bundles find what Fovea depends on.
  const caches = join(root, "node_modules/.cache");
  mkdirSync(caches, { recursive: true });
  const folder = mkdtempSync(join(caches, "fovea-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  for (const name of ["assets", "package.json"]) symlinkSync(join(root, name), join(folder, name));
  const bundles = join(folder, "dist/node");
  const options = { cwd: root, encoding: "utf8" } as const;
  const made = spawnSync(process.execPath, ["build/bundle.js", "src", bundles], options);
  if (made.status !== 0) {
    remove();
    throw new Error(`The sources could not be bundled:\n${made.stderr}`);
  }
  project.provide("bundles", bundles);
  return remove;
}
