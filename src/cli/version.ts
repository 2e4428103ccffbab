// Which Fovea this is.

import { readFileSync } from "node:fs";

/** Fovea's version, as its package.json states it. */
export function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return JSON.parse(manifest).version;
}
