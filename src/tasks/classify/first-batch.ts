// The first batch of a run as a picture: the images that the network sees, changed as training changes them.

import { augmenter } from "../../augment/augmenter.ts";
import { policy } from "../../augment/policies.ts";
import type { Tensor } from "../../core/tensor.ts";
import { countOf, type ExampleSet } from "../../data/example-set.ts";
import { preview } from "../../data/preview.ts";
import type { Device } from "../../machine/device.ts";
import { shuffledRows } from "../../train/fit.ts";
import type { Model } from "../../train/model.ts";
import type { Recipe } from "../recipe.ts";

/** Most images of a batch that are drawn. */
const mostDrawn = 64;

/** The images of the first step on one sheet, `u8 [H, W, 3]`. */
export async function firstBatchOf(
  set: ExampleSet,
  { seed }: Model,
  { batchSize, augment }: Recipe,
  device: Device,
): Promise<Tensor<Uint8Array>> {
  const count = Math.min(batchSize, mostDrawn);
  const rows = [...shuffledRows(seed, countOf(set), 0).subarray(0, count)];
  const layers = augment === "none" ? undefined : augmenter(policy(augment), { seed, device });
  // Training counts its steps from 1.
  const through = layers && {
    apply: (batch: { readonly images: Tensor }) => layers.apply(batch, 1),
  };
  const look = { gap: 2, background: [128, 128, 128], labels: false } as const;
  try {
    return await preview(set, { ...look, rows, ...(through && { through }) });
  } finally {
    await layers?.dispose();
  }
}
