// Files of annotations whose bytes are changed at random: whatever is in them, there are pictures with boxes inside of their
// edges and masks of known classes, or one of Fovea's own errors.

import { expect, test } from "vitest";
import { FoveaError } from "../../../src/core/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { type AnnotatedImagesOptions, annotatedImages } from "../../../src/vision/index.ts";
import { emptyFolder, put } from "../../data/pictures.ts";
import { pngFile } from "../png-file.ts";
import { markedPicture, quiet, xmlOf, yoloLine } from "./pictures.ts";

const samples = Array.from({ length: 2400 }, (_, i) => i % 3);
const list = {
  images: [{ id: 1, file_name: "a.png", height: 40, width: 60 }],
  annotations: [
    {
      id: 1,
      image_id: 1,
      category_id: 3,
      bbox: [6, 8, 24, 12],
      segmentation: [[1, 2, 30, 4, 9, 20]],
    },
    {
      id: 2,
      image_id: 1,
      category_id: 3,
      segmentation: { size: [40, 60], counts: "d000000000" },
      iscrowd: 1,
    },
  ],
  categories: [{ id: 3, name: "cat" }],
};
const boxes = [{ box: [2, 3, 20, 30] }, { box: [5, 5, 60, 40], difficult: 1 }];

/** A file of each form with the target that it gives. */
const files = [
  ["a.xml", xmlOf(boxes), "boxes"],
  ["a.txt", `${yoloLine(0, [6, 8, 30, 20])}\n${yoloLine(1, [1, 2, 3, 4])}\n`, "boxes"],
  ["data.yaml", "names: {0: cat, 1: dog}\ntrain: a\nval: [b]\n", "boxes"],
  ["list.json", JSON.stringify(list), "boxes"],
  ["list.json", JSON.stringify(list), "masks"],
  ["masks/a.png", pngFile({ height: 40, width: 60, depth: 2, samples }), "masks"],
] as const;

test.each(files)("%s, changed in a few places", async (name, content, target) => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([]));
  if (name === "data.yaml") await put(root, "a.txt", yoloLine(0, [6, 8, 30, 20]));
  const whole = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const random = new RandomStream(name.length);
  let read = 0;
  for (let trial = 0; trial < 25; trial++) {
    const bytes = whole.slice();
    // The first is as it was.
    const changes = trial === 0 ? 0 : 1 + random.below(4);
    for (let k = 0; k < changes; k++) bytes[random.below(bytes.length)] = random.below(128);
    await put(root, name, bytes);
    try {
      const options: AnnotatedImagesOptions = { ...quiet, target, cache: "none", workers: 1 };
      const found = await annotatedImages(root, options);
      read++;
      await expectSound(found, root);
      await found.close();
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
    }
  }
  expect(read).toBeGreaterThan(0);
});

async function expectSound(
  { target, train, classNames }: Awaited<ReturnType<typeof annotatedImages>>,
  root: string,
): Promise<void> {
  expect(train.nameOf(0).startsWith(root)).toBe(true);
  if (target === "masks") {
    const map = await train.target(0);
    expect(map.shape).toEqual([40, 60]);
    for (const label of map.data) {
      if (label !== 255 && label >= classNames.length) throw new Error(`class ${label}`);
    }
    return;
  }
  const { boxes, classes } = await train.target(0);
  for (let k = 0; k < classes.length; k++) {
    const [left, top, right, bottom] = boxes.data.subarray(4 * k, 4 * k + 4);
    expect(left >= 0 && top >= 0 && right <= 60 && bottom <= 40).toBe(true);
    expect(right > left && bottom > top).toBe(true);
    expect(classes[k]).toBeLessThan(classNames.length);
  }
}
