// The class of every pixel of a picture of any size.

import { requireKnownOptions } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Model } from "../../train/model.ts";
import type { ClassMap } from "../annotated.ts";
import {
  checkPredictMaskOptions,
  type PredictMaskOptions,
  predictMaskOptionNames,
  predictScores,
} from "./predict-scores.ts";
import { segmentationShape } from "./shape.ts";

/**
 * The class of every pixel of a picture: `u8 [H, W, C] → u8 [H, W]`. A model that keeps the scale of pictures goes over it
 * tile by tile; tiles overlap, and count less towards their edges. A model that was made with `resize: true` sees the
 * picture as a whole, and its scores are brought back to the picture's size. Memory is that of a few rows of tiles.
 *
 * @throws ConfigError where the model gives no classes of pixels or an option cannot be used, ShapeError where it is no
 * picture.
 * @example
 * const photo = await readImage("street.jpg", { channels: 3 });
 * const mask = await vision.predictMask(model, photo);
 */
export async function predictMask(
  model: Model,
  picture: Tensor<Uint8Array>,
  options: PredictMaskOptions = {},
): Promise<ClassMap> {
  const call = "vision.predictMask";
  const shape = segmentationShape(call, model);
  requireKnownOptions(call, options, predictMaskOptionNames, "model, picture, { overlap: 0.5 }");
  checkPredictMaskOptions(options);
  const { threshold = 0.5 } = options;
  const [height, width] = picture.shape;
  const map = new Uint8Array(height * width);
  for await (const { top, rows, data } of predictScores(model, shape, picture, options)) {
    const first = top * width;
    for (let pixel = 0; pixel < rows * width; pixel++) {
      map[first + pixel] = classAt(data, pixel * shape.scores, shape.scores, threshold);
    }
  }
  return { data: map, shape: [height, width] };
}

/** The class with the highest score; of a single one, whether it reaches the threshold. */
export function classAt(
  scores: Float32Array,
  start: number,
  count: number,
  threshold: number,
): number {
  if (count === 1) return scores[start] >= threshold ? 1 : 0;
  let best = 0;
  for (let k = 1; k < count; k++) if (scores[start + k] > scores[start + best]) best = k;
  return best;
}
