// What a detector finds in pictures, as people and machines read it, and drawn into them.

import type { Tensor } from "../../core/tensor.ts";
import type { Detections, Objects } from "../../vision/annotated.ts";
import { detect } from "../../vision/detection/detect.ts";
import { detectorShapeOf } from "../../vision/detection/detector-shape.ts";
import { drawDetections } from "../../vision/draw/draw-detections.ts";
import { namesOf } from "../explanation.ts";
import type { Column, PredictedPicture, PredictOptions, TrainedModel } from "../task.ts";
import { shownFrom } from "./measure.ts";

/** What a table has of each picture. */
export const columns: readonly Column[] = [
  { heading: "objects", align: "right" },
  { heading: "what was found", align: "left" },
];

/** What a detector finds in a picture. */
export async function predictObjects(
  { model, classNames }: TrainedModel,
  image: Tensor<Uint8Array>,
  { threshold = shownFrom }: PredictOptions,
  truth?: Objects,
): Promise<PredictedPicture> {
  const found = await detect(model, image, { scoreThreshold: threshold });
  const { classes } = detectorShapeOf("fovea predict", model.network);
  const names = namesOf(classes, classNames);
  return {
    cells: [String(found.classes.length), countsOf(found, names)],
    record: {
      objects: objectsOf(found, names),
      ...(truth && { truth: objectsOf(truth, names) }),
    },
    draw: async () => drawDetections(image, found, names, truth === undefined ? {} : { truth }),
  };
}

/** `3 cup, 1 pen` */
export function countsOf({ classes }: Detections, names: readonly string[]): string {
  const counts = new Map<number, number>();
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${count} ${names[label]}`).join(", ");
}

/** Objects one by one: class, score, and the edges of the box in pixels. */
export function objectsOf(objects: Objects | Detections, names: readonly string[]) {
  return Array.from(objects.classes, (label, i) => ({
    class: names[label],
    ...("scores" in objects && { score: objects.scores[i] }),
    box: [...objects.boxes.data.subarray(4 * i, 4 * i + 4)],
  }));
}
