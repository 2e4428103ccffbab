// A class of a mask with what speaks for it.

import type { Tensor } from "../../core/tensor.ts";
import type { ColorMapName } from "../../explain/colors.ts";
import { overlay } from "../../explain/overlay.ts";
import type { ClassMap } from "../../vision/annotated.ts";
import type { ExplainedClass } from "../../vision/attribution/explain-mask.ts";
import { drawMask } from "../../vision/draw/draw-mask.ts";

/** What speaks for a class, with the border of its pixels. */
export function drawExplained(
  image: Tensor<Uint8Array>,
  { data, shape }: ClassMap,
  { classIndex, attribution }: ExplainedClass,
  names: readonly string[],
  colors?: ColorMapName,
): Tensor<Uint8Array> {
  const heat = overlay(image, attribution.map, colors === undefined ? {} : { colors });
  // No class has this number.
  const others = names.length;
  const alone = { data: data.map((one) => (one === classIndex ? one : others)), shape };
  return drawMask(heat, alone, names, { opacity: 0, background: others, labels: false });
}
