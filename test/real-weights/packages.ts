// Packages with real trained weights and photographs. `fetch.sh` brings them; they are never
// shipped. Where they are missing, the tests say so and are skipped.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";

/** Where `fetch.sh` puts them, or the folder that FOVEA_REAL_WEIGHTS names. */
const folder = process.env.FOVEA_REAL_WEIGHTS ?? join(import.meta.dirname, "packages");

/** The path of a file inside of a package; skips the test where it is missing. */
export function fileOf(context: TestContext, packageName: string, ...path: string[]): string {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names.find((name) => name.startsWith(packageName));
  const file = join(folder, found ?? packageName, ...path);
  if (found === undefined || !existsSync(file)) {
    context.skip(`${packageName} is not here: run test/real-weights/fetch.sh`);
  }
  return file;
}
