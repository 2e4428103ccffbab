// The class of every pixel of pictures, as people and machines read it, and drawn over them.

import type { Tensor } from "../../core/tensor.ts";
import { formatRate } from "../../report/numbers.ts";
import type { ClassMap } from "../../vision/annotated.ts";
import { drawMask } from "../../vision/draw/draw-mask.ts";
import { encodeRunLengths } from "../../vision/masks/run-length.ts";
import { segmentationScores } from "../../vision/metrics/segmentation.ts";
import { predictMask } from "../../vision/segmentation/predict-mask.ts";
import { classCount, segmentationShape } from "../../vision/segmentation/shape.ts";
import { namesOf } from "../explanation.ts";
import type { Column, PredictedPicture, PredictOptions, TrainedModel } from "../task.ts";

/** What a table has of each picture, and of each whose mask is known. */
export const columns: readonly Column[] = [{ heading: "shares of the pixels", align: "left" }];
export const truthColumns: readonly Column[] = [
  { heading: "mean IoU", align: "right" },
  ...columns,
];

/** The class of every pixel of a picture. */
export async function predictPixels(
  { model, classNames }: TrainedModel,
  image: Tensor<Uint8Array>,
  { threshold }: PredictOptions,
  truth?: ClassMap,
): Promise<PredictedPicture> {
  const map = await predictMask(model, image, threshold === undefined ? {} : { threshold });
  const names = namesOf(classCount(segmentationShape("fovea predict", model)), classNames);
  const found = partsOf(map, names);
  const meanIou = truth && segmentationScores([map], [truth]).meanIou;
  return {
    cells: [
      ...(meanIou === undefined ? [] : [formatRate(meanIou)]),
      found.map((part) => `${part.class} ${formatRate(part.share)}`).join(", "),
    ],
    record: { ...(meanIou !== undefined && { meanIou }), classes: found },
    draw: async () => drawMask(image, map, names),
  };
}

/** The classes that a map has. */
export const partsOf = (map: ClassMap, names: readonly string[]) =>
  names.map((_, label) => partOf(map, label, names)).filter(({ pixels }) => pixels > 0);

/** The pixels of one class: how many, which share of all, and where, in COCO's run-length code. */
function partOf({ data, shape }: ClassMap, label: number, names: readonly string[]) {
  const mask = { data: data.map((one) => Number(one === label)), shape };
  const pixels = mask.data.reduce((sum, one) => sum + one, 0);
  return {
    class: names[label],
    pixels,
    share: pixels / data.length,
    mask: encodeRunLengths(mask),
  };
}
