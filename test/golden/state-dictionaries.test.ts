// The networks of the zoo have the parameters of published state dictionaries: every name and every
// size, so that the files of torchvision and timm fit as they are.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sizeOf } from "../../src/core/shape.ts";
import { toTorch } from "../../src/interchange/torch/layout.ts";
import { torchPlaces } from "../../src/interchange/torch/places.ts";
import { zoo } from "../../src/zoo/index.ts";
import { torchNamesOf } from "../../src/zoo/weights/names.ts";

const file = join(import.meta.dirname, "state-dictionaries/digests.json");
const golden: Record<string, { readonly count: number; readonly sha256: string }> = JSON.parse(
  readFileSync(file, "utf8"),
);

/** No file is this long: sizes matter here, and numbers do not. */
const shapeOnly = 3_000_000;

test.each(Object.keys(golden))("%s", async (name) => {
  const network = await zoo.build(name);
  const digests = torchNamesOf(name).map((names) => {
    const lines = torchPlaces(network, names).map((place) => {
      const { shape } = place.weight;
      // Large kernels behind a flattened image: their sizes are turned, and nothing else.
      const torchShape =
        sizeOf(shape) > shapeOnly && shape.length === 2
          ? [...shape].reverse()
          : toTorch(place, { data: new Float32Array(sizeOf(shape)), shape }).shape;
      return [place.parameter, ...torchShape].join(" ");
    });
    const sha256 = createHash("sha256").update(lines.sort().join("\n")).digest("hex");
    return { count: lines.length, sha256 };
  });
  expect(digests).toContainEqual(golden[name]);
});
