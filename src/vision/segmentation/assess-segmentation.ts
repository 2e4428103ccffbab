// How well a model gives pixels their classes, on pictures whose masks are known.

import { requireKnownOptions } from "../../core/option.ts";
import type { Model } from "../../train/model.ts";
import type { AnnotatedImages, ClassMap } from "../annotated.ts";
import { type SegmentationScores, segmentationScores } from "../metrics/segmentation.ts";
import { predictMask } from "./predict-mask.ts";
import { type PredictMaskOptions, predictMaskOptionNames } from "./predict-scores.ts";
import { classCount, segmentationShape } from "./shape.ts";

/** How well a model gives pixels their classes. */
export interface SegmentationAssessment extends SegmentationScores {
  /** How many pictures there are. */
  readonly pictures: number;
}

/**
 * Predicts every picture in full size and compares it with its mask, pixel by pixel over all pictures together; unknown
 * pixels (255) do not count.
 *
 * @throws ConfigError where the model gives no classes of pixels or an option cannot be used, ShapeError where a mask does not
 * fit its picture, DataError where it has a class that the model does not have.
 * @example
 * const { meanIou, perClass } = await vision.assessSegmentation(model, test);
 */
export async function assessSegmentation(
  model: Model,
  pictures: AnnotatedImages<ClassMap>,
  options: PredictMaskOptions = {},
): Promise<SegmentationAssessment> {
  const call = "vision.assessSegmentation";
  const classes = classCount(segmentationShape(call, model));
  requireKnownOptions(call, options, predictMaskOptionNames, "model, pictures, { overlap: 0.5 }");
  const predicted: ClassMap[] = [];
  const truth: ClassMap[] = [];
  for (let row = 0; row < pictures.count; row++) {
    const { image, target } = await pictures.read(row);
    predicted.push(await predictMask(model, image, options));
    truth.push(target);
  }
  const classNames = Array.from(
    { length: classes },
    (_, label) => pictures.classNames[label] ?? String(label),
  );
  const scores = segmentationScores(predicted, truth, { classNames });
  return { pictures: pictures.count, ...scores };
}
