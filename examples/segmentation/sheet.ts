// Pictures of a prediction beside the truth, on one sheet: picture, truth, prediction, and where the two differ.

import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { encodeImage, images, type Model, type Tensor, vision } from "../../src/index.ts";

/** Predicts the first `count` pictures and writes the sheet. */
export async function writeSheet(
  path: string,
  model: Model,
  pictures: vision.AnnotatedImages<vision.ClassMap>,
  { count, ...options }: vision.PredictMaskOptions & { readonly count: number },
): Promise<void> {
  const { classNames } = pictures;
  const tiles: Tensor<Uint8Array>[] = [];
  const labels: string[] = [];
  for (let row = 0; row < Math.min(count, pictures.count); row++) {
    const { image, target } = await pictures.read(row);
    const map = await vision.predictMask(model, image, options);
    tiles.push(
      image,
      vision.drawMask(image, target, classNames, { labels: false }),
      vision.drawMask(image, map, classNames, { labels: false }),
      vision.drawMaskDifference(image, map, target, classNames, { labels: false }),
    );
    labels.push(basename(pictures.nameOf(row)), "truth", "prediction", "differences");
  }
  const sheet = await images.contactSheet(tiles, { columns: 4, labels });
  await writeFile(path, await encodeImage(sheet, "png"));
}
