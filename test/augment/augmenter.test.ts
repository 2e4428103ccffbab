// Images, masks and boxes that go through the same movement, and policies.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { augment, layers, sequential } from "../../src/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { LayerInstance } from "../../src/nn/layer-instance.ts";

const [count, height, width] = [16, 20, 24];
const [left, top, right, bottom] = [7, 6, 15, 13];

/** A bright rectangle on each image, what a mask says of it, and its box. */
function batch() {
  const isInside = (i: number) => {
    const [row, column] = [Math.floor(i / width) % height, i % width];
    return row >= top && row < bottom && column >= left && column < right;
  };
  const size = count * height * width;
  const images = Float32Array.from({ length: size }, (_, i) => (isInside(i) ? 100 : 0));
  const masks = Uint8Array.from({ length: size }, (_, i) => (isInside(i) ? 3 : 0));
  const boxes = Float32Array.from(
    { length: 4 * count },
    (_, i) => [left, top, right, bottom][i % 4],
  );
  return {
    images: tensor(images, [count, height, width, 1]),
    segmentationMasks: tensor(masks, [count, height, width, 1]),
    boundingBoxes: tensor(boxes, [count, 1, 4]),
    labels: tensor(
      Int32Array.from({ length: count }, (_, i) => i),
      [count],
    ),
  };
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

async function applied(given: readonly LayerInstance[], options = {}) {
  const augmenter = augment.augmenter(given, { device, seed: 5, ...options });
  try {
    const result = await augmenter.apply(batch());
    return result as Required<typeof result>;
  } finally {
    await augmenter.dispose();
  }
}

/** The rows and columns that are at least `least`, of one image: [left, top, right, bottom]. */
function extentOf({ data, shape }: Tensor, n: number, least: number): number[] {
  const [, rows, columns] = shape;
  const found: [number, number][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (data[(n * rows + row) * columns + column] >= least) found.push([row, column]);
    }
  }
  const [ys, xs] = [found.map(([y]) => y), found.map(([, x]) => x)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

const filled = { fillMode: "constant" } as const;
const movements: Record<string, () => LayerInstance[]> = {
  flip: () => [layers.randomFlip()],
  translation: () => [layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2, ...filled })],
  zoom: () => [layers.randomZoom({ heightFactor: 0.3, widthFactor: 0.3, ...filled })],
  shear: () => [layers.randomShear({ xFactor: 0.2, yFactor: 0.1, ...filled })],
  crop: () => [layers.randomCrop({ height: 18, width: 20 })],
  perspective: () => [layers.randomPerspective({ factor: [1, 1], scale: 0.3 })],
  "all in a row": () => [
    layers.randomFlip(),
    layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1, ...filled }),
    layers.randomBrightness({ factor: 0.01 }),
    layers.randomZoom({ heightFactor: 0.2, ...filled }),
  ],
};

describe.each(Object.entries(movements))("%s", (_, make) => {
  test("moves masks and boxes with the images", async () => {
    const { images, segmentationMasks, boundingBoxes } = await applied(make());
    const changed = new Set<string>();
    for (let n = 0; n < count; n++) {
      const box = Array.from(boundingBoxes.data.subarray(4 * n, 4 * n + 4));
      changed.add(String(box));
      const seen = extentOf(images, n, 50);
      const masked = extentOf(segmentationMasks, n, 1);
      seen.forEach((edge, i) => {
        expect(Math.abs(edge - masked[i])).toBeLessThanOrEqual(1);
        expect(Math.abs(edge - box[i])).toBeLessThanOrEqual(1.3);
      });
    }
    expect(changed.size).toBeGreaterThan(1);
    expect(new Set(segmentationMasks.data)).toEqual(new Set([0, 3]));
    expect(segmentationMasks.data).toBeInstanceOf(Uint8Array);
  });
});

describe("a rotation", () => {
  test("turns a box into the smallest one around it", async () => {
    const turn = [layers.randomRotation({ factor: [0.25, 0.25] })];
    const { boundingBoxes } = await applied(turn);
    const [x, y] = [width / 2, height / 2];
    // Anticlockwise by 90°: what was right of the middle is above it.
    const expected = [x + (top - y), y - (right - x), x + (bottom - y), y - (left - x)];
    Array.from(boundingBoxes.data.subarray(0, 4)).forEach((edge, i) => {
      expect(Math.abs(edge - expected[i])).toBeLessThan(1e-3);
    });
  });
});

describe("boxes", () => {
  test.each([
    ["yxyx", [top, left, bottom, right]],
    ["xywh", [left, top, right - left, bottom - top]],
    ["centerXywh", [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]],
    ["relXyxy", [left / width, top / height, right / width, bottom / height]],
    ["relYxyx", [top / height, left / width, bottom / height, right / width]],
  ] as const)("come back as %s", async (boundingBoxFormat, numbers) => {
    const augmenter = augment.augmenter([layers.rescaling({ scale: 1 })], {
      device,
      boundingBoxFormat,
    });
    const boxes = Float32Array.from({ length: 4 * count }, (_, i) => numbers[i % 4]);
    const result = await augmenter.apply({
      ...batch(),
      boundingBoxes: tensor(boxes, [count, 1, 4]),
    });
    Array.from(result.boundingBoxes?.data ?? []).forEach((value, i) => {
      expect(Math.abs(value - boxes[i])).toBeLessThan(1e-5);
    });
    await augmenter.dispose();
  });

  test("are cut off at the image's border", async () => {
    const far = layers.randomTranslation({ heightFactor: [0.9, 0.9], widthFactor: [0.5, 0.5] });
    const { boundingBoxes } = await applied([far]);
    const [a, b, c, d] = boundingBoxes.data;
    expect([a, b, c, d]).toEqual([19, height, width, height]);
  });
});

describe("an augmenter", () => {
  test("draws anew at each call, and the same for the same number and seed", async () => {
    const turn = () => [layers.randomRotation({ factor: 0.2 })];
    const augmenter = augment.augmenter(turn(), { device, seed: 3 });
    const { images } = batch();
    const first = await augmenter.apply({ images });
    const second = await augmenter.apply({ images });
    expect(second.images.data).not.toEqual(first.images.data);
    expect((await augmenter.apply({ images }, 0)).images.data).toEqual(first.images.data);
    await augmenter.dispose();
    const other = augment.augmenter(turn(), { device, seed: 4 });
    expect((await other.apply({ images })).images.data).not.toEqual(first.images.data);
    await other.dispose();
  });

  test("mixes labels as it mixes images", async () => {
    const augmenter = augment.augmenter([layers.mixUp({ alpha: 1 })], { device });
    const { images } = batch();
    const rows = Float32Array.from({ length: count * count }, (_, i) =>
      Number(i % (count + 1) === 0),
    );
    const { labels } = await augmenter.apply({ images, labels: tensor(rows, [count, count]) });
    const sums = Array.from({ length: count }, (_, n) =>
      Array.from(labels?.data.subarray(n * count, (n + 1) * count) ?? []).reduce((a, b) => a + b),
    );
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    expect(labels?.data).not.toEqual(rows);
    await augmenter.dispose();
  });

  test("refuses what cannot follow the images", async () => {
    const attempts: [LayerInstance, RegExp][] = [
      [layers.randomElasticTransform(), /boundingBoxes cannot go through randomElasticTransform/],
      [layers.mixUp(), /segmentationMasks cannot go through mixUp/],
      [layers.resizing({ height: 8, width: 8 }), /segmentationMasks cannot go through resizing/],
      [layers.conv2d({ filters: 1, kernelSize: 3 }), /has weights/],
    ];
    for (const [layer, message] of attempts) {
      await expect(applied([layer])).rejects.toThrow(ConfigError);
      await expect(applied([layer])).rejects.toThrow(message);
    }
    const augmenter = augment.augmenter([layers.mixUp()], { device });
    const { images, labels } = batch();
    await expect(augmenter.apply({ images, labels })).rejects.toThrow(/rows of shares/);
    const short = tensor(new Float32Array(4), [1, 1, 4]);
    await expect(augmenter.apply({ images, boundingBoxes: short })).rejects.toThrow(DataError);
    await expect(augmenter.apply({ images: labels })).rejects.toThrow(DataError);
    await augmenter.dispose();
    expect(() => augment.augmenter([], { boundingBoxFormat: "corners" as "xyxy" })).toThrow(
      /boundingBoxFormat/,
    );
  });
});

describe("policies", () => {
  test.each(["light", "standard", "strong"] as const)(
    "%s changes images in training",
    async (name) => {
      const augmenter = augment.augmenter(augment.policy(name), { device });
      const { images } = batch();
      const changed = await augmenter.apply({ images });
      expect(changed.images.shape).toEqual(images.shape);
      expect(changed.images.data).not.toEqual(images.data);
      expect(Math.max(...changed.images.data)).toBeLessThanOrEqual(255);
      await augmenter.dispose();
    },
  );

  test("begin a model, and change nothing when it predicts", async () => {
    const policy = augment.policy("strong", { inputShape: [height, width, 1], flip: false });
    expect(policy.some(({ kind }) => kind === "randomFlip")).toBe(false);
    const model = sequential([...policy, layers.flatten()], { device });
    const { images } = batch();
    const { data } = await model.predict(images);
    expect(Array.from(data)).toEqual(Array.from(images.data));
    await model.dispose();
  });

  test("that do not exist are refused with the closest name", () => {
    expect(() => augment.policy("standart" as "standard")).toThrow(/standard/);
  });
});
