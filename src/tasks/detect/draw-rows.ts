// Examples of a detector as pictures: the images that it sees, with the boxes that it is to find.

import type { Tensor } from "../../core/tensor.ts";
import { drawDetections } from "../../vision/draw/draw-detections.ts";

/** The images of some rows with their boxes, `u8 [H, W, 3]` each. */
export function drawRows(
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  classNames: readonly string[],
): Tensor<Uint8Array>[] {
  const [count, ...shape] = x.shape;
  const [pixels, numbers] = [x.data.length / count, y.data.length / count];
  return Array.from({ length: count }, (_, i) => {
    const data = Uint8Array.from(x.data.subarray(i * pixels, (i + 1) * pixels));
    const targets = y.data.subarray(i * numbers, (i + 1) * numbers);
    return drawDetections({ data, shape }, objectsIn(targets, 4 + classNames.length), classNames);
  });
}

/** The objects that the points of an image are to find, each once. `[P, 4 + classes]` */
function objectsIn(targets: Tensor["data"], width: number) {
  const found = new Map<string, { edges: number[]; label: number }>();
  for (let at = 0; at < targets.length; at += width) {
    const edges = [...targets.subarray(at, at + 4)];
    const label = targets.subarray(at + 4, at + width).indexOf(1);
    if (label >= 0) found.set([...edges, label].join(" "), { edges, label });
  }
  const objects = [...found.values()];
  return {
    boxes: {
      data: Float32Array.from(objects.flatMap(({ edges }) => edges)),
      shape: [objects.length, 4],
    },
    classes: Int32Array.from(objects, ({ label }) => label),
  };
}
