// Which images a run is trained on, in one short text: other images have another fingerprint.

import { createHash } from "node:crypto";
import type { TaskData } from "../../tasks/task.ts";

/** The first 128 bits of SHA-256 over all that tells examples from others, as hexadecimal digits. */
export function fingerprintOf(data: TaskData): string {
  const hash = createHash("sha256");
  for (const piece of data.identity()) hash.update(piece);
  return hash.digest("hex").slice(0, 32);
}
