// To find objects in pictures: a box, a class and a score for each.

import { epochNumbers } from "../../assess/epoch-numbers.ts";
import { detectionSource } from "../../vision/detection/detection-source.ts";
import { detectorShapeOf } from "../../vision/detection/detector-shape.ts";
import { annotatedTask } from "../annotated/annotated-task.ts";
import { chooseDetector } from "./choose.ts";
import { drawRows } from "./draw-rows.ts";
import { detectionExplainer } from "./explain.ts";
import { confusionFile, measureDetector } from "./measure.ts";
import { augmentationOf, detectorFor } from "./network.ts";
import { precisionAfterEpoch } from "./precision-after-epoch.ts";
import { columns, predictObjects } from "./predictions.ts";

export const detect = annotatedTask({
  name: "detect",
  target: "boxes",
  judge: { name: "val_map", better: epochNumbers.map.better },
  pace: { leastEpochs: 10, mostEpochs: 200, enoughSteps: 2000 },
  figureFiles: [confusionFile],
  withoutOptions: [
    "resize",
    "labelSmoothing",
    "classWeights",
    "phases",
    "unfreeze",
    "sizes",
    "patches",
  ],
  choose: chooseDetector,
  model: detectorFor,
  source: (model, pictures, recipe) =>
    detectionSource(
      model,
      pictures,
      recipe && {
        augmentation: augmentationOf(recipe),
        seed: recipe.seed,
        // Draws go on where a run that is resumed has ended.
        epochsBefore: model.progress.epochs,
      },
    ),
  drawRows,
  measure: measureDetector,
  epochLogs: precisionAfterEpoch,
  channelsOf: ({ network }) => detectorShapeOf("fovea", network).channels,
  columns,
  truthColumns: columns,
  predict: predictObjects,
  explainer: detectionExplainer,
});
