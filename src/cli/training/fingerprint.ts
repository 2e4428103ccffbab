// Which images a run is trained on, in one short text: other images have another fingerprint.

import { createHash } from "node:crypto";
import { formatShape } from "../../core/shape.ts";
import { isImageSource } from "../../data/image-folder/image-source.ts";
import type { LoadedData } from "../pictures.ts";

/** The first 128 bits of SHA-256 over images and labels, as hexadecimal digits; of pictures over their files. */
export function fingerprintOf({ train, validation, test }: LoadedData): string {
  const hash = createHash("sha256");
  for (const part of [train, validation, test]) {
    if (part === undefined) continue;
    if (isImageSource(part)) {
      hash.update(part.fingerprint);
      continue;
    }
    for (const { data, shape } of [part.x, part.y]) {
      hash.update(`${data.constructor.name} ${formatShape(shape)}\n`);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  return hash.digest("hex").slice(0, 32);
}
