// How well a detector does on annotated pictures, in COCO's and in Pascal VOC's numbers.

import type { Model } from "../../train/model.ts";
import type { AnnotatedImages, Objects } from "../annotated.ts";
import { type CocoScores, cocoAveragePrecision } from "../metrics/coco.ts";
import { type VocScores, vocAveragePrecision } from "../metrics/voc.ts";
import { type AnnotatedDetections, type DetectOptions, detectAnnotated } from "./detect.ts";

/** How well a detector does. */
export interface DetectorAssessment extends AnnotatedDetections {
  /** How many pictures there are. */
  readonly pictures: number;
  /** How many objects there are to find. */
  readonly objects: number;
  /** COCO's twelve numbers, and those of each class; `coco.ap50` is mAP@0.5. */
  readonly coco: CocoScores;
  /** Pascal VOC's average precision at IoU 0.5, and the curve of each class. */
  readonly voc: VocScores;
}

/** Low, so that the curves of precision and recall go on to the end. */
const assessedFrom = 0.02;

/**
 * How well a detector does on annotated pictures: average precision as COCO and as Pascal VOC measure it, with the
 * detections behind it. Boxes count from a score of 0.02 on, unless `scoreThreshold` says otherwise.
 *
 * @throws ConfigError if the model is no detector or an option cannot be used, DataError if a picture does not fit it.
 * @example const { coco } = await vision.assessDetector(model, cells.test); // coco.ap50, coco.perClass[0].ap50
 */
export async function assessDetector(
  model: Model,
  annotated: AnnotatedImages<Objects>,
  options: DetectOptions = {},
): Promise<DetectorAssessment> {
  const how = { scoreThreshold: assessedFrom, ...options };
  const { detections, truth } = await detectAnnotated(model, annotated, how);
  const { classNames } = annotated;
  const count = ({ classes, ignored }: Objects) =>
    classes.length - (ignored?.reduce((sum, one) => sum + one, 0) ?? 0);
  return {
    pictures: annotated.count,
    objects: truth.reduce((sum, objects) => sum + count(objects), 0),
    coco: cocoAveragePrecision(detections, truth, { classNames }),
    voc: vocAveragePrecision(detections, truth, { classNames }),
    detections,
    truth,
  };
}
