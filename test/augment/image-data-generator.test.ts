// `imageDataGenerator`: draws fill their ranges, flows give changed examples that `fit` takes, and what cannot be
// used is refused.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { augment, encodeImage, layers, sequential } from "../../src/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const [count, side] = [10, 6];

function examples() {
  const pixels = Uint8Array.from({ length: count * side * side }, (_, i) => (i * 37) % 256);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  return { x: tensor(pixels, [count, side, side, 1]), y: tensor(labels, [count]) };
}

describe("over 2,000 draws", () => {
  const draws = 2000;
  const drawn = (options: augment.ImageDataGeneratorOptions) => {
    const generator = augment.imageDataGenerator(options);
    return Array.from({ length: draws }, () => generator.getRandomTransform([20, 40, 3]));
  };

  function expectEven(values: readonly (number | undefined)[], low: number, high: number) {
    const numbers = values.map((value) => value ?? Number.NaN);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / draws;
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(high);
    expect(Math.min(...numbers)).toBeLessThan(low + 0.01 * (high - low));
    expect(Math.max(...numbers)).toBeGreaterThan(high - 0.01 * (high - low));
    expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.03 * (high - low));
  }

  test("numbers fill the ranges of their options", () => {
    const all = drawn({
      rotationRange: 30,
      widthShiftRange: 0.25,
      heightShiftRange: 3,
      shearRange: 15,
      zoomRange: [0.8, 1.1],
      channelShiftRange: 20,
      brightnessRange: [0.5, 1.5],
      horizontalFlip: true,
    });
    expectEven(
      all.map(({ theta }) => theta),
      -30,
      30,
    );
    expectEven(
      all.map(({ tx }) => tx),
      -10,
      10,
    );
    expectEven(
      all.map(({ ty }) => ty),
      -3,
      3,
    );
    expectEven(
      all.map(({ shear }) => shear),
      -15,
      15,
    );
    expectEven(
      all.map(({ zx }) => zx),
      0.8,
      1.1,
    );
    expectEven(
      all.map(({ zy }) => zy),
      0.8,
      1.1,
    );
    expectEven(
      all.map(({ channelShiftIntensity }) => channelShiftIntensity),
      -20,
      20,
    );
    expectEven(
      all.map(({ brightness }) => brightness),
      0.5,
      1.5,
    );
    const flips = all.filter(({ flipHorizontal }) => flipHorizontal).length / draws;
    expect(Math.abs(flips - 0.5)).toBeLessThan(0.04);
    expect(all.some(({ flipVertical }) => flipVertical)).toBe(false);
  });

  test("distances in a list are chosen from, to either side", () => {
    const all = drawn({ widthShiftRange: [2, 5] });
    expect(new Set(all.map(({ tx }) => tx))).toEqual(new Set([-5, -2, 2, 5]));
  });

  test("nothing changes by default", () => {
    const still = { theta: 0, tx: 0, ty: 0, shear: 0, zx: 1, zy: 1 };
    const [first] = drawn({});
    expect(first).toEqual({ ...still, flipHorizontal: false, flipVertical: false });
  });
});

describe("a flow", () => {
  test("gives rows that are changed anew each time, with their targets", async () => {
    const generator = augment.imageDataGenerator({ rotationRange: 40 }, { device });
    const { x, y } = examples();
    const flow = generator.flow({ x, y });
    expect(flow.count).toBe(count);
    const rows = Int32Array.of(3, 1);
    const first = await flow.read(rows);
    const second = await flow.read(rows);
    expect((first.x as typeof x).shape).toEqual([2, side, side, 1]);
    expect((first.y as typeof y).data).toEqual(Int32Array.of(1, 1));
    expect((second.x as typeof x).data).not.toEqual((first.x as typeof x).data);
    const again = generator.flow({ x, y });
    const other = await again.read(Int32Array.of(1, 3));
    const half = side * side;
    // What happens to an image does not depend on its batch.
    expect((other.x as typeof x).data.slice(half)).toEqual(
      (first.x as typeof x).data.slice(0, half),
    );
    await generator.dispose();
  });

  test("is divided as validationSplit says", async () => {
    const generator = augment.imageDataGenerator({ validationSplit: 0.3 }, { device });
    const given = examples();
    const validation = generator.flow(given, { subset: "validation" });
    const training = generator.flow(given, { subset: "training" });
    expect([validation.count, training.count]).toEqual([3, 7]);
    const { x } = await training.read(Int32Array.of(0));
    const pixels = Array.from(given.x.data.subarray(3 * side * side, 4 * side * side));
    expect(Array.from((x as typeof given.x).data)).toEqual(pixels);
    await generator.dispose();
  });

  test("trains a model", async () => {
    const generator = augment.imageDataGenerator(
      { horizontalFlip: true, rescale: 1 / 255, preprocessingFunction: (image) => image },
      { device },
    );
    const model = sequential(
      [
        layers.flatten({ inputShape: [side, side, 1] }),
        layers.dense({ units: 2, activation: "softmax" }),
      ],
      { device, seed: 1 },
    );
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const { history } = await model.fit(generator.flow(examples()), {
      epochs: 20,
      batchSize: 5,
      verbose: 0,
    });
    expect(history.loss[19]).toBeLessThan(history.loss[0]);
    await model.dispose();
    await generator.dispose();
  });

  test("reads a folder, a class a folder below it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fovea-generator-"));
    try {
      for (const [n, name] of ["cat", "dog"].entries()) {
        await mkdir(join(folder, name));
        for (let i = 0; i < 3; i++) {
          const pixels = new Uint8Array(8 * 8 * 3).fill(60 + 90 * n + i);
          const bytes = await encodeImage(tensor(pixels, [8, 8, 3]), "png");
          await writeFile(join(folder, name, `${i}.png`), bytes);
        }
      }
      const generator = augment.imageDataGenerator({ verticalFlip: true }, { device });
      const flow = await generator.flowFromDirectory(folder, { targetSize: [4, 5] });
      expect([flow.count, flow.classNames]).toEqual([6, ["cat", "dog"]]);
      const { x, y } = await flow.read(Int32Array.from({ length: 6 }, (_, i) => i));
      expect((x as Tensor).shape).toEqual([6, 4, 5, 3]);
      const pixels = (x as Tensor).data;
      const rows = (y as Tensor).data;
      for (let i = 0; i < 6; i++) {
        const isDog = pixels[i * 60] >= 150;
        expect([rows[2 * i], rows[2 * i + 1]]).toEqual(isDog ? [0, 1] : [1, 0]);
      }
      await flow.close?.();
      await generator.dispose();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a generator", () => {
  test("whitens so that pixels are uncorrelated", async () => {
    const generator = augment.imageDataGenerator({ zcaWhitening: true }, { device });
    const size = 4;
    const data = Float32Array.from(
      { length: 200 * size },
      (_, i) => Math.sin(i * 12.9898) + (i % size) * Math.cos(Math.floor(i / size)),
    );
    const x = tensor(data, [200, 2, 2, 1]);
    await generator.fit(x);
    const white = await generator.standardize(x);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        let sum = 0;
        for (let n = 0; n < 200; n++) sum += white.data[n * size + a] * white.data[n * size + b];
        expect(Math.abs(sum / 200 - Number(a === b))).toBeLessThan(1e-3);
      }
    }
    await generator.dispose();
  });

  test.each([
    [{ rotationRange: -1 }, /rotationRange/],
    [{ zoomRange: 1 }, /zoomRange/],
    [{ zoomRange: [1, 2, 3] }, /zoomRange/],
    [{ brightnessRange: 0.5 }, /brightnessRange/],
    [{ fillMode: "mirror" }, /fillMode/],
    [{ validationSplit: 1 }, /validationSplit/],
    [{ interpolationOrder: 3 }, /interpolationOrder/],
    [{ horizontalFlip: 1 }, /horizontalFlip/],
    [{ widthShiftRange: [] }, /widthShiftRange/],
    [{ rotationRanges: 3 }, /rotationRange/],
  ])("refuses %j", (options, message) => {
    const make = () => augment.imageDataGenerator(options as augment.ImageDataGeneratorOptions);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });

  test("refuses what is no image", async () => {
    const generator = augment.imageDataGenerator({}, { device });
    const flat = tensor(new Float32Array(4), [2, 2]);
    expect(() => generator.flow({ x: flat })).toThrow(DataError);
    await expect(generator.fit(flat)).rejects.toThrow(DataError);
    await expect(generator.randomTransform(flat)).rejects.toThrow(DataError);
    const { x } = examples();
    expect(() => generator.flow({ x, y: flat })).toThrow(/as many y/);
    await generator.dispose();
  });
});
