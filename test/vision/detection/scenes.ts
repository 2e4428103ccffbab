// Annotated pictures for tests: coloured squares on grey, in pictures of several sizes.

import { RandomStream } from "../../../src/core/random.ts";
import type { AnnotatedImages, Objects } from "../../../src/vision/annotated.ts";

const colors = [
  [230, 40, 40],
  [40, 60, 230],
];

/** Pictures with 0 to 3 squares, red or blue; every fourth has none. */
export function squares(
  count: number,
  sizes: readonly (readonly [height: number, width: number])[] = [[64, 64]],
): AnnotatedImages<Objects> {
  const make = (row: number) => {
    const random = new RandomStream(7, row);
    const [height, width] = sizes[row % sizes.length];
    const data = new Uint8Array(height * width * 3).fill(120);
    const boxes: number[] = [];
    const classes: number[] = [];
    for (let i = 0; i < row % 4; i++) {
      const side = Math.round(Math.min(height, width) * (0.2 + 0.15 * random.uniform()));
      const cell = Math.floor(width / 3);
      const left = i * cell + random.below(Math.max(1, cell - side));
      const top = random.below(height - side);
      const kind = random.below(2);
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++) data.set(colors[kind], (y * width + x) * 3);
      }
      boxes.push(left, top, left + side, top + side);
      classes.push(kind);
    }
    return {
      image: { data, shape: [height, width, 3] },
      target: {
        boxes: { data: Float32Array.from(boxes), shape: [classes.length, 4] },
        classes: Int32Array.from(classes),
      },
    };
  };
  return {
    count,
    classNames: ["red", "blue"],
    fingerprint: "squares",
    read: async (row) => make(row),
    target: async (row) => make(row).target,
    nameOf: (row) => `square ${row}`,
  };
}
