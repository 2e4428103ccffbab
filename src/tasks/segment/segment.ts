// To give every pixel of a picture a class.

import { segmentationSource } from "../../vision/segmentation/segmentation-source.ts";
import { segmentationShape } from "../../vision/segmentation/shape.ts";
import { annotatedTask } from "../annotated/annotated-task.ts";
import { chooseSegmenter } from "./choose.ts";
import { drawRows } from "./draw-rows.ts";
import { maskExplainer } from "./explain.ts";
import { confusionFile, measureSegmenter } from "./measure.ts";
import { augmentationOf, segmenterFor } from "./network.ts";
import { columns, predictPixels, truthColumns } from "./predictions.ts";

export const segment = annotatedTask({
  name: "segment",
  target: "masks",
  judge: { name: "val_mean_io_u", better: "higher" },
  pace: { leastEpochs: 10, mostEpochs: 200, enoughSteps: 1500 },
  figureFiles: [confusionFile],
  withoutOptions: ["resize", "labelSmoothing", "classWeights", "phases", "unfreeze", "sizes"],
  choose: chooseSegmenter,
  model: segmenterFor,
  source: (model, pictures, recipe) =>
    segmentationSource(
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
  measure: measureSegmenter,
  channelsOf: (model) => segmentationShape("fovea", model).channels,
  columns,
  truthColumns,
  predict: predictPixels,
  explainer: maskExplainer,
});
