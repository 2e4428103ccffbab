// A box with what speaks for it.

import type { Tensor } from "../../core/tensor.ts";
import type { ColorMapName } from "../../explain/colors.ts";
import { overlay } from "../../explain/overlay.ts";
import type { ExplainedDetection } from "../../vision/attribution/explain-detections.ts";
import { drawDetections } from "../../vision/draw/draw-detections.ts";

/** A class with its score, such as `cup 0.93`. */
export const titleOf = ({ classIndex, score }: ExplainedDetection, names: readonly string[]) =>
  `${names[classIndex]} ${score.toFixed(2)}`;

/** What speaks for a box, with the box. */
export function drawExplained(
  image: Tensor<Uint8Array>,
  { box, classIndex, attribution }: ExplainedDetection,
  names: readonly string[],
  colors?: ColorMapName,
): Tensor<Uint8Array> {
  const one = {
    boxes: { data: Float32Array.from(box), shape: [1, 4] },
    classes: Int32Array.of(classIndex),
  };
  const heat = overlay(image, attribution.map, colors === undefined ? {} : { colors });
  return drawDetections(heat, one, names, { labels: false });
}
