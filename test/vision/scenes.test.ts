// Scenes that are computed: the same ones for the same seed, others for another, boxes and masks that agree, and
// backgrounds that the parts do not share.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Examples } from "../../src/data/examples.ts";
import { scatteredScenes, shapeScenes } from "../../src/vision/index.ts";
import { compose } from "../../src/vision/scenes/compose.ts";
import { photographsOf } from "../../src/vision/scenes/photographs.ts";
import { emptyFolder, pictureBytes, put } from "../data/pictures.ts";

const small = { count: 12, size: [48, 64] } as const;

/** The box around the pixels that `belongs` picks; undefined where there are none. */
function bounds({ data, shape }: Tensor<Uint8Array>, belongs: (level: number) => boolean) {
  const places = [...data.keys()].filter((i) => belongs(data[i]));
  if (places.length === 0) return undefined;
  const columns = places.map((i) => i % shape[1]);
  const rows = places.map((i) => Math.floor(i / shape[1]));
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
}

test("the same options give the same scenes, and another seed, part or number gives others", async () => {
  const [first, again, other, held] = await Promise.all([
    shapeScenes({ ...small, seed: 3 }),
    shapeScenes({ ...small, seed: 3 }),
    shapeScenes({ ...small, seed: 4 }),
    shapeScenes({ ...small, seed: 3, part: "test" }),
  ]);
  const last = await again.boxes.read(11);
  expect(await first.boxes.read(11)).toEqual(last);
  expect(await first.boxes.read(11)).toEqual(last);
  expect(await first.boxes.target(11)).toEqual(last.target);
  expect((await first.masks.read(11)).image).toEqual(last.image);
  expect(first.boxes.fingerprint).toBe(again.boxes.fingerprint);
  for (const scenes of [other, held]) {
    expect((await scenes.boxes.read(11)).image).not.toEqual(last.image);
    expect(scenes.boxes.fingerprint).not.toBe(first.boxes.fingerprint);
  }
  expect((await first.boxes.read(10)).image).not.toEqual(last.image);
  expect(first.boxes.nameOf(11)).toBe("train 11");
});

test("what a caller changes in a scene does not come back", async () => {
  const { boxes, masks } = await shapeScenes({ ...small, objects: [2, 2] });
  const { image, target } = await boxes.read(0);
  const before = image.data.slice();
  image.data.fill(0);
  target.boxes.data.fill(0);
  (await masks.target(0)).data.fill(0);
  expect((await boxes.read(0)).image.data).toEqual(before);
  expect((await boxes.target(0)).boxes.data.some((edge) => edge > 0)).toBe(true);
  expect((await masks.target(0)).data.some((label) => label > 0)).toBe(true);
});

test("pictures have the size that was asked for, and the classes their names", async () => {
  const { boxes, masks } = await shapeScenes({ ...small, shapes: ["star", "ring"] });
  expect([boxes.count, masks.count]).toEqual([12, 12]);
  expect(boxes.classNames).toEqual(["star", "ring"]);
  expect(masks.classNames).toEqual(["background", "star", "ring"]);
  const { image, target } = await masks.read(5);
  expect([image.shape, target.shape]).toEqual([
    [48, 64, 3],
    [48, 64],
  ]);
  expect(target.data.every((label) => label <= 2)).toBe(true);
});

test("objects that may not hide each other have the boxes of their masks", async () => {
  const options = { ...small, count: 40, objects: [1, 1], occlusion: 0 } as const;
  const { boxes, masks } = await shapeScenes(options);
  for (let row = 0; row < 40; row++) {
    const { boxes: edges, classes } = await boxes.target(row);
    const map = await masks.target(row);
    expect(edges.shape).toEqual([1, 4]);
    expect([...edges.data]).toEqual(bounds(map, (label) => label === classes[0] + 1));
  }
});

test("numbers and sizes of objects stay within what was asked for", async () => {
  const scenes = await shapeScenes({
    count: 60,
    size: [100, 80],
    objects: [0, 3],
    objectSize: [0.25, 0.5],
    occlusion: 0,
  });
  const counts = new Set<number>();
  for (let row = 0; row < 60; row++) {
    const { boxes } = await scenes.boxes.target(row);
    counts.add(boxes.shape[0]);
    for (let k = 0; k < boxes.shape[0]; k++) {
      const [left, top, right, bottom] = boxes.data.subarray(4 * k, 4 * k + 4);
      expect(Math.max(right - left, bottom - top)).toBeLessThanOrEqual(41);
      // Figures that are narrow, or turned, are smaller than their circles.
      expect(Math.max(right - left, bottom - top)).toBeGreaterThanOrEqual(0.5 * 20);
      expect(left >= 0 && top >= 0 && right <= 80 && bottom <= 100).toBe(true);
    }
  }
  expect([...counts].sort()).toEqual([0, 1, 2, 3]);
});

test("no more of an object is hidden than may be", async () => {
  const side = 9;
  const area = side * side;
  const grey = { data: new Uint8Array(32 * 32 * 3), shape: [32, 32, 3] };
  const square = {
    height: side,
    width: side,
    pixels: new Uint8Array(area * 3).fill(255),
    opacity: new Uint8Array(area).fill(255),
    color: [255, 255, 255],
  } as const;
  for (const occlusion of [0, 0.3, 0.6]) {
    let least = 1;
    for (let seed = 0; seed < 40; seed++) {
      let made = 0;
      const plan = { objects: [9, 9], objectSize: [0.3, 0.3], occlusion } as const;
      const scene = await compose(
        { image: grey, colors: [] },
        () => ({ ...square, label: made++ }),
        plan,
        new RandomStream(seed),
      );
      for (const label of scene.labels) {
        const visible = scene.map.reduce((sum, level) => sum + Number(level === label + 1), 0);
        least = Math.min(least, visible / area);
      }
    }
    expect(least).toBeGreaterThanOrEqual(1 - occlusion);
    // Some are hidden indeed.
    expect(least).toBeLessThan(1 - occlusion + 0.1);
  }
});

test("each class is about as likely as any other", async () => {
  const shapes = ["circle", "square", "triangle", "star", "cross", "ring"] as const;
  const { boxes } = await shapeScenes({ count: 200, size: [32, 32], objects: [3, 3], shapes });
  const counts = new Array(6).fill(0);
  for (let row = 0; row < 200; row++) {
    for (const label of (await boxes.target(row)).classes) counts[label]++;
  }
  for (const count of counts) expect(count).toBeGreaterThan(60);
});

describe("scattered things", () => {
  /** Things of two classes: a wide bar and a tall one, on black. */
  const bars: Examples = {
    x: {
      data: Uint8Array.from({ length: 20 * 28 * 28 }, (_, i) => {
        const isWide = Math.floor(i / 784) % 2 === 0;
        const [row, column] = [Math.floor((i % 784) / 28), i % 28];
        const [along, across] = isWide ? [column, row] : [row, column];
        return along >= 4 && along < 24 && across >= 10 && across < 16 ? 200 : 0;
      }),
      shape: [20, 28, 28, 1],
    },
    y: { data: Int32Array.from({ length: 20 }, (_, i) => i % 2), shape: [20] },
    classNames: ["wide", "tall"],
  };

  test("a box has the proportions and the size of its thing", async () => {
    const { boxes } = await scatteredScenes(bars, {
      count: 40,
      size: [96, 96],
      objects: [1, 2],
      objectSize: [0.4, 0.4],
      occlusion: 0,
    });
    expect(boxes.classNames).toEqual(["wide", "tall"]);
    const seen = new Set<number>();
    for (let row = 0; row < 40; row++) {
      const { boxes: edges, classes } = await boxes.target(row);
      classes.forEach((label, k) => {
        const [left, top, right, bottom] = edges.data.subarray(4 * k, 4 * k + 4);
        const [width, height] = [right - left, bottom - top];
        expect(label === 0 ? width > height : height > width).toBe(true);
        expect(Math.max(width, height)).toBeGreaterThan(30);
        expect(Math.max(width, height)).toBeLessThan(44);
        seen.add(label);
      });
    }
    expect(seen.size).toBe(2);
  });

  test("a class with few examples is as likely as one with many", async () => {
    const y = { data: Int32Array.from({ length: 20 }, (_, i) => Number(i === 1)), shape: [20] };
    const { boxes } = await scatteredScenes({ ...bars, y }, { count: 100, size: [64, 64] });
    let [rare, all] = [0, 0];
    for (let row = 0; row < 100; row++) {
      for (const label of (await boxes.target(row)).classes) {
        rare += label;
        all++;
      }
    }
    expect(rare / all).toBeGreaterThan(0.35);
    expect(rare / all).toBeLessThan(0.65);
  });

  test("other examples have another fingerprint", async () => {
    const x = { ...bars.x, data: bars.x.data.map((level) => level / 2) };
    const [first, second] = await Promise.all([
      scatteredScenes(bars, small),
      scatteredScenes({ ...bars, x }, small),
    ]);
    expect(first.boxes.fingerprint).not.toBe(second.boxes.fingerprint);
  });

  test("pictures in colour and targets that are no class are refused", async () => {
    const inColor = { ...bars, x: { ...bars.x, shape: [20, 14, 14, 4] } };
    await expect(scatteredScenes(inColor, small)).rejects.toThrow(DataError);
    const oneHot = { ...bars, y: { data: new Float32Array(40), shape: [20, 2] } };
    await expect(scatteredScenes(oneHot, small)).rejects.toThrow("[20, 2]");
  });
});

describe("photographs as backgrounds", () => {
  test("the parts share none, and each has some", () => {
    for (const count of [3, 7, 40]) {
      const numbers = Array.from({ length: count }, (_, i) => i);
      const parts = (["train", "validation", "test"] as const).map((part) =>
        photographsOf(numbers, part, 5),
      );
      expect(parts.flat().sort((a, b) => a - b)).toEqual(numbers);
      for (const part of parts) expect(part.length).toBeGreaterThan(0);
    }
    expect(photographsOf([1, 2, 3, 4, 5, 6, 7, 8], "test", 1)).toEqual(
      photographsOf([1, 2, 3, 4, 5, 6, 7, 8], "test", 1),
    );
  });

  test("a folder gives them, and broken files in it are passed over", async () => {
    const root = await emptyFolder();
    for (let i = 0; i < 6; i++) {
      await put(root, `${i}.jpg`, await pictureBytes(i % 2 === 0 ? "red" : "blue", i));
    }
    await put(root, "broken.jpg", "no picture");
    const options = { ...small, objects: [0, 0], photographs: root } as const;
    const { boxes, skipped } = await shapeScenes(options);
    expect(skipped).toMatchObject([{ path: join(root, "broken.jpg") }]);
    const { image } = await boxes.read(0);
    expect(image.shape).toEqual([48, 64, 3]);
    // Red pictures are bright in the first channel, blue ones in the last.
    const levels = [0, 2].map((c) => image.data.filter((_, i) => i % 3 === c));
    const [red, blue] = levels.map((of) => of.reduce((sum, level) => sum + level, 0) / of.length);
    expect(Math.abs(red - blue)).toBeGreaterThan(60);
    const again = await shapeScenes(options);
    expect((await again.boxes.read(0)).image).toEqual(image);
  });

  test("fewer than three, and folders that do not exist, are refused", async () => {
    const picture = { data: new Uint8Array(48), shape: [4, 4, 3] };
    await expect(shapeScenes({ photographs: [picture, picture] })).rejects.toThrow("at least 3");
    const missing = join(await emptyFolder(), "none");
    await expect(shapeScenes({ photographs: missing })).rejects.toThrow("cannot be read");
  });

  test("pictures that a caller has are used, small ones enlarged", async () => {
    const photographs = [10, 120, 240].map((level) => ({
      data: new Uint8Array(5 * 7).fill(level),
      shape: [5, 7, 1],
    }));
    const levels = await Promise.all(
      (["train", "validation", "test"] as const).map(async (part) => {
        const options = { ...small, part, photographs, objects: [0, 0] } as const;
        const { image } = await (await shapeScenes(options)).boxes.read(1);
        return Math.round(image.data.reduce((sum, level) => sum + level, 0) / image.data.length);
      }),
    );
    expect(levels.sort((a, b) => a - b)).toEqual([10, 120, 240]);
  });
});

test("options that cannot be used are refused with what could be", async () => {
  const refused = [
    [{ count: 0 }, "count"],
    [{ size: [8, 64] }, "size"],
    [{ objects: [3, 1] }, "objects"],
    [{ objectSize: [0, 0.5] }, "objectSize"],
    [{ occlusion: 1 }, "occlusion"],
    [{ shapes: ["circle", "circle"] }, "shapes"],
    [{ shapes: ["hexagon"] }, "shapes"],
    [{ part: "all" }, "part"],
    [{ photographs: 3 }, "photographs"],
    [{ photographs: [{ data: new Uint8Array(5), shape: [1, 1, 5] }] }, "photographs"],
    [{ sizes: [64, 64] }, 'did you mean "size"'],
  ] as const;
  for (const [options, words] of refused) {
    // Not what the types allow, as in JavaScript.
    const call = shapeScenes(options as unknown as Parameters<typeof shapeScenes>[0]);
    await expect(call).rejects.toThrow(ConfigError);
    await expect(call).rejects.toThrow(words);
  }
  const { boxes } = await shapeScenes(small);
  await expect(async () => boxes.read(12)).rejects.toThrow("from 0 to 11");
});
