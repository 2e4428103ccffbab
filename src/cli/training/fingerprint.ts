// Which images a run is trained on, in one short text: other images have another fingerprint.

import { createHash } from "node:crypto";
import { formatShape } from "../../core/shape.ts";
import type { LoadedDataset } from "../../data/datasets/dataset.ts";

/** The first 128 bits of SHA-256 over images and labels, as hexadecimal digits. */
export function fingerprintOf({ train, test }: LoadedDataset): string {
  const hash = createHash("sha256");
  for (const { data, shape } of [train.x, train.y, test.x, test.y]) {
    hash.update(`${data.constructor.name} ${formatShape(shape)}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex").slice(0, 32);
}
