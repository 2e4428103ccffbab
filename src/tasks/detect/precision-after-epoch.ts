// The average precision of a detector after an epoch: what its loss says little about.

import type { Logs } from "../../train/events.ts";
import type { AnnotatedImages, Objects } from "../../vision/annotated.ts";
import { assessDetector } from "../../vision/detection/assess-detector.ts";
import type { TrainedModel } from "../task.ts";

/** mAP on pictures; none where there is no object in them. */
export async function precisionAfterEpoch(
  pictures: AnnotatedImages<Objects>,
  { model }: TrainedModel,
): Promise<Logs> {
  const { coco } = await assessDetector(model, pictures);
  return Number.isNaN(coco.ap) ? {} : { val_map50: coco.ap50, val_map: coco.ap };
}
