// The first batch of a run as a picture: the images that the network sees, changed as training changes them.

import { augmenter } from "../../augment/augmenter.ts";
import { type PolicyName, policy } from "../../augment/policies.ts";
import type { Tensor } from "../../core/tensor.ts";
import { countOf, imagesAt } from "../../data/example-set.ts";
import { shuffledRows } from "../../train/fit.ts";
import type { Run } from "./run.ts";

/** Most images of a batch that are drawn. */
const mostDrawn = 64;

/** Writes `train-batch.png`. @throws SaveError where it cannot be written. */
export async function drawFirstBatch(run: Run): Promise<void> {
  const { recipe, data, model, files } = run;
  const { contactSheet } = await import("../../images/contact-sheet.ts");
  const { pngOf } = await import("../../report/picture.ts");
  const count = Math.min(recipe.batchSize, mostDrawn);
  const rows = [...shuffledRows(model.seed, countOf(data.train), 0).subarray(0, count)];
  const images = await imagesAt(data.train, rows);
  const { augment } = recipe;
  const seen = augment === "none" ? images : await changed(images, augment, run);
  const sheet = await contactSheet(seen, { gap: 2, background: [128, 128, 128] });
  await files.write("trainBatch", pngOf(sheet));
}

/** Images as the layers of a policy change them. */
async function changed(
  images: readonly Tensor<Uint8Array>[],
  name: PolicyName,
  { device, model }: Run,
): Promise<Tensor<Uint8Array>[]> {
  const { shape } = images[0];
  const size = images[0].data.length;
  const data = new Uint8Array(images.length * size);
  images.forEach((image, i) => {
    data.set(image.data, i * size);
  });
  const layers = augmenter(policy(name), { seed: model.seed, device });
  try {
    const batch = { images: { data, shape: [images.length, ...shape] } };
    const { data: values } = (await layers.apply(batch, 1)).images;
    const bytes = new Uint8Array(Uint8ClampedArray.from(values).buffer);
    return images.map((_, i) => ({ data: bytes.subarray(i * size, (i + 1) * size), shape }));
  } finally {
    await layers.dispose();
  }
}
