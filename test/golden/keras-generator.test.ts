// `imageDataGenerator` against the ImageDataGenerator of Keras 3.15 (keras/make_generator.py): one image changed by
// given numbers, standardization after `fit`, and whitening.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { augment } from "../../src/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { uniform } from "./shared-numbers.ts";

const [side, channels] = [7, 3];

interface Fixtures {
  readonly transforms: readonly {
    readonly parameters: augment.TransformParameters;
    readonly options: augment.ImageDataGeneratorOptions;
    readonly result: readonly number[];
  }[];
  readonly standards: readonly {
    readonly options: augment.ImageDataGeneratorOptions;
    readonly result: readonly number[];
  }[];
  readonly whitenings: readonly {
    readonly count: number;
    readonly side: number;
    readonly result: readonly number[];
  }[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/generator.json", import.meta.url), "utf8"),
) as Fixtures;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

function expectClose({ data }: Tensor, expected: readonly number[], tolerance: number): void {
  expect(data.length).toBe(expected.length);
  const error = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0);
  expect(error).toBeLessThanOrEqual(tolerance);
}

const image = () => uniform(1, [side, side, channels], 0, 255);

describe.each(fixtures.transforms)("$parameters with $options", (fixture) => {
  test("changes an image as Keras does", async () => {
    const generator = augment.imageDataGenerator(fixture.options, { device });
    const changed = await generator.applyTransform(image(), fixture.parameters);
    // Pixels go up to 255, and Keras computes places in f64.
    expectClose(changed, fixture.result, 5e-3);
    await generator.dispose();
  });
});

describe.each(fixtures.standards)("standardized with $options", ({ options, result }) => {
  test("an image is as in Keras", async () => {
    const generator = augment.imageDataGenerator(options, { device });
    await generator.fit(uniform(2, [6, side, side, channels], 0, 255));
    expectClose(await generator.standardize(image()), result, 1e-3);
    await generator.dispose();
  });
});

describe.each(fixtures.whitenings)("whitened over $count images of $side", (fixture) => {
  test("an image is as in Keras", async () => {
    const { count, side, result } = fixture;
    const generator = augment.imageDataGenerator(
      { zcaWhitening: true, zcaEpsilon: 1e-3 },
      { device },
    );
    const { data } = uniform(3, [count, side, side, 1], 0, 255);
    const scaled = data.map((value) => value / 255);
    await generator.fit({ data: scaled, shape: [count, side, side, 1] });
    const first = { data: scaled.slice(0, side * side), shape: [side, side, 1] };
    expectClose(await generator.standardize(first), result, 2e-3);
    await generator.dispose();
  });
});
