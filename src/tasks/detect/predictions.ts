// What a detector finds in pictures, as people and machines read it, and drawn into them.

import type { Tensor } from "../../core/tensor.ts";
import type { Detections, Objects } from "../../vision/annotated.ts";
import { detect } from "../../vision/detection/detect.ts";
import { drawDetections } from "../../vision/draw/draw-detections.ts";
import type { Column, PredictedPicture, PredictOptions, TrainedModel } from "../task.ts";
import { shownFrom } from "./measure.ts";

/** What a table has of each picture. */
export const columns: readonly Column[] = [
  { heading: "objects", align: "right" },
  { heading: "what was found", align: "left" },
];

/** What a detector finds in a picture. */
export async function predictObjects(
  { model, classNames = [] }: TrainedModel,
  image: Tensor<Uint8Array>,
  { threshold = shownFrom }: PredictOptions,
  truth?: Objects,
): Promise<PredictedPicture> {
  const found = await detect(model, image, { scoreThreshold: threshold });
  const nameOf = (label: number) => classNames[label] ?? String(label);
  return {
    cells: [String(found.classes.length), countsOf(found, nameOf)],
    record: {
      objects: objectsOf(found, nameOf),
      ...(truth && { truth: objectsOf(truth, nameOf) }),
    },
    draw: async () =>
      drawDetections(image, found, classNames, truth === undefined ? {} : { truth }),
  };
}

/** `3 cup, 1 pen` */
function countsOf({ classes }: Detections, nameOf: (label: number) => string): string {
  const counts = new Map<number, number>();
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${count} ${nameOf(label)}`).join(", ");
}

/** Objects one by one: class, score, and the edges of the box in pixels. */
function objectsOf(objects: Objects | Detections, nameOf: (label: number) => string) {
  return Array.from(objects.classes, (label, i) => ({
    class: nameOf(label),
    ...("scores" in objects && { score: objects.scores[i] }),
    box: [...objects.boxes.data.subarray(4 * i, 4 * i + 4)],
  }));
}
