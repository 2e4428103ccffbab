// The first batch of a run as a picture: the images that the network sees, changed as training changes them.

import { augmenter } from "../../augment/augmenter.ts";
import { type PolicyName, policy } from "../../augment/policies.ts";
import type { Tensor } from "../../core/tensor.ts";
import { countOf, type ExampleSet, imagesAt } from "../../data/example-set.ts";
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
  const { contactSheet } = await import("../../images/contact-sheet.ts");
  const count = Math.min(batchSize, mostDrawn);
  const rows = [...shuffledRows(seed, countOf(set), 0).subarray(0, count)];
  const images = await imagesAt(set, rows);
  const seen = augment === "none" ? images : await changed(images, augment, seed, device);
  return contactSheet(seen, { gap: 2, background: [128, 128, 128] });
}

/** Images as the layers of a policy change them. */
async function changed(
  images: readonly Tensor<Uint8Array>[],
  name: PolicyName,
  seed: number,
  device: Device,
): Promise<Tensor<Uint8Array>[]> {
  const { shape } = images[0];
  const size = images[0].data.length;
  const data = new Uint8Array(images.length * size);
  images.forEach((image, i) => {
    data.set(image.data, i * size);
  });
  const layers = augmenter(policy(name), { seed, device });
  try {
    const batch = { images: { data, shape: [images.length, ...shape] } };
    const { data: values } = (await layers.apply(batch, 1)).images;
    const bytes = new Uint8Array(Uint8ClampedArray.from(values).buffer);
    return images.map((_, i) => ({ data: bytes.subarray(i * size, (i + 1) * size), shape }));
  } finally {
    await layers.dispose();
  }
}
