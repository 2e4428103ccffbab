// Which Fovea this is.

import { readFileSync } from "node:fs";

/** Fovea's version, as its package.json states it: above this file, or the bundle that holds it. */
export function version(): string {
  for (const above of ["../..", "../../.."]) {
    try {
      const manifest = readFileSync(new URL(`${above}/package.json`, import.meta.url), "utf8");
      return JSON.parse(manifest).version;
    } catch {
      // It is further up.
    }
  }
  return "of unknown version";
}
