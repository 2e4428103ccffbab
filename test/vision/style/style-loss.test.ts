// The distances of style transfer beside naive sums and central differences, the program on every target, and the layers
// that are compared when nobody names them.

import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../src/core/tensor.ts";
import { gradients } from "../../../src/graph/autodiff.ts";
import { evaluate } from "../../../src/graph/evaluate.ts";
import { ops } from "../../../src/graph/ops/index.ts";
import { openDevice } from "../../../src/machine/open.ts";
import { model as modelOf } from "../../../src/train/functional.ts";
import {
  contentDistance,
  normalizations,
  styleDistance,
  totalVariation,
} from "../../../src/vision/style/distances.ts";
import { defaultLayers } from "../../../src/vision/style/layers.ts";
import { styleLoss } from "../../../src/vision/style/style-loss.ts";
import { zoo } from "../../../src/zoo/index.ts";
import { gradientError } from "../../conformance/differences.ts";
import { uniform } from "../../golden/shared-numbers.ts";
import { disc, network, stripes } from "./pictures.ts";

const wide = ({ data, shape }: Tensor<Float32Array>) => ({ data: Float64Array.from(data), shape });

const shapes = [
  [1, 4, 5, 3],
  [2, 3, 3, 1],
  [3, 1, 7, 4],
] as const;

describe.each(shapes)("features [%i, %i, %i, %i]", (...shape) => {
  const [count, height, width, channels] = shape;
  const given = {
    x: wide(uniform(1, shape, -1, 1)),
    content: wide(uniform(2, shape, -1, 1)),
    gram: wide(uniform(3, [1, channels, channels], -1, 1)),
  };
  const x = ops.input("x", { shape, dtype: "f32" });
  const content = ops.input("content", { shape, dtype: "f32" });
  const gram = ops.input("gram", { shape: [1, channels, channels], dtype: "f32" });
  const places = height * width;
  const valueAt = (n: number, place: number, k: number) =>
    given.x.data[(n * places + place) * channels + k];

  test("distances are the naive sums", () => {
    const nodes = normalizations.flatMap((normalization) => [
      contentDistance(ops, x, content, normalization),
      styleDistance(ops, x, gram, normalization),
    ]);
    const [relative, relativeStyle, halves, gatysStyle] = evaluate(nodes, given);
    for (let n = 0; n < count; n++) {
      let [squares, own] = [0, 0];
      for (let i = n * places * channels; i < (n + 1) * places * channels; i++) {
        squares += (given.x.data[i] - given.content.data[i]) ** 2;
        own += given.content.data[i] ** 2;
      }
      expect(relative.data[n]).toBeCloseTo(squares / own, 9);
      expect(halves.data[n]).toBeCloseTo(squares / 2, 9);
      let [styles, targets] = [0, 0];
      for (let a = 0; a < channels; a++) {
        for (let b = 0; b < channels; b++) {
          let sum = 0;
          for (let place = 0; place < places; place++) {
            sum += valueAt(n, place, a) * valueAt(n, place, b);
          }
          styles += (sum / places - given.gram.data[a * channels + b]) ** 2;
          targets += given.gram.data[a * channels + b] ** 2;
        }
      }
      expect(relativeStyle.data[n]).toBeCloseTo(styles / (targets + 1e-12), 9);
      expect(gatysStyle.data[n]).toBeCloseTo(styles / (4 * channels ** 2), 9);
    }
  });

  test("total variation is the mean square of the steps to the next pixels", () => {
    const [found] = evaluate([totalVariation(ops, x)], given);
    for (let n = 0; n < count; n++) {
      let sum = 0;
      for (let y = 0; y < height; y++) {
        for (let c = 0; c < width; c++) {
          for (let k = 0; k < channels; k++) {
            const own = valueAt(n, y * width + c, k);
            if (y + 1 < height) sum += (valueAt(n, (y + 1) * width + c, k) - own) ** 2;
            if (c + 1 < width) sum += (valueAt(n, y * width + c + 1, k) - own) ** 2;
          }
        }
      }
      expect(found.data[n]).toBeCloseTo(sum / (places * channels), 9);
    }
  });

  test("gradients are the central differences", () => {
    const loss = [
      ...normalizations.flatMap((normalization) => [
        contentDistance(ops, x, content, normalization),
        styleDistance(ops, x, gram, normalization),
      ]),
      totalVariation(ops, x),
    ].reduce((sum, one) => ops.add(sum, ops.sum(one)), ops.constant(0));
    const [slope] = evaluate(gradients(loss, [x], ops), given);
    const data = given.x.data.slice();
    const lossAt = () => evaluate([loss], { ...given, x: { ...given.x, data } })[0].data[0];
    expect(gradientError(lossAt, data, slope.data)).toBeLessThan(1e-6);
  });
});

test("every target gives the same loss and the same gradient", async () => {
  const [content, style] = [disc(24, 32), stripes(32, 24)];
  const answers = [];
  for (const target of ["auto", "x64-avx2", "wasm", "interpreter"] as const) {
    const device = await openDevice({ target, threads: 1 });
    const model = modelOf(network().network, { device, precision: "exact", preprocess: {} });
    const loss = await styleLoss(model, { content, style, pooling: "average" });
    answers.push(await loss.evaluate(stripes(24, 32, 5)));
    await model.dispose();
    await device.close();
  }
  const [first, ...others] = answers;
  const largest = Math.max(...first.gradient.data.map(Math.abs));
  for (const { gradient, loss } of others) {
    expect(Math.abs(loss / first.loss - 1)).toBeLessThan(1e-5);
    const apart = gradient.data.map((value, i) => Math.abs(value - first.gradient.data[i]));
    expect(Math.max(...apart) / largest).toBeLessThan(1e-4);
  }
}, 240_000);

test("the picture itself is no distance from its own content and style", async () => {
  const model = network();
  const photo = disc(40, 48);
  const loss = await styleLoss(model, { content: photo, style: photo, totalVariationWeight: 0 });
  const found = await loss.evaluate(photo);
  expect([found.loss, found.content, found.style]).toEqual([0, 0, 0]);
  expect(Math.max(...found.gradient.data.map(Math.abs))).toBe(0);
  await expect(loss.evaluate(disc(40, 40))).rejects.toThrow(/another size than the content/);
  await model.dispose();
});

test("mixed styles are weighted means of Gram matrices, and grey pictures and those with alpha are taken", async () => {
  const model = network();
  const photo = disc(40, 48);
  const styles = [stripes(40, 40), disc(50, 40)];
  const lossOf = async (mix: readonly number[]) => {
    const loss = await styleLoss(model, { content: photo, style: styles, mix });
    return (await loss.evaluate(photo)).style;
  };
  const alone = await styleLoss(model, { content: photo, style: styles[0] });
  expect(await lossOf([3, 0])).toBeCloseTo((await alone.evaluate(photo)).style, 6);
  expect(await lossOf([0, 1])).toBeLessThan(await lossOf([1, 0]));
  const grey = { data: new Uint8Array(40 * 48).fill(90), shape: [40, 48, 1] };
  const sheer = { data: new Uint8Array(40 * 48 * 4), shape: [40, 48, 4] };
  const white = { data: new Uint8Array(40 * 48 * 3).fill(255), shape: [40, 48, 3] };
  const loss = await styleLoss(model, { content: sheer, style: grey, totalVariationWeight: 0 });
  expect((await loss.evaluate(white)).content).toBe(0);
  await model.dispose();
});

test("the layers of the paper are found in VGG-19, and corresponding ones in other networks", async () => {
  const vgg = await zoo.build("vgg-19", { includeTop: false });
  const five = [1, 2, 3, 4, 5];
  expect(defaultLayers(vgg)).toEqual({
    style: five.map((block) => `block${block}_conv1`),
    content: ["block4_conv2"],
  });
  const lite = await zoo.build("efficientnet-lite0", { includeTop: false });
  const found = defaultLayers(lite);
  expect(found.style.length).toBe(5);
  for (const name of [...found.style, ...found.content]) {
    const step = lite.steps.find(({ path }) => path === name);
    expect(step?.plan.outputShape.length).toBe(3);
  }
  const small = network();
  expect(defaultLayers(small.network)).toEqual({
    style: ["a1", "b1", "c1", "d1"],
    content: ["d2"],
  });
});

test.each([
  [{ contentLayers: ["d3"] }, /d1|d2/],
  [{ styleLayers: ["dense"] }, /no rows and columns/],
  [{ styleLayers: { a1: -1 } }, /at least 0/],
  [{ normalization: "mean" }, /"relative", "gatys"/],
  [{ pooling: "none" }, /"max", "average"/],
  [{ styleWeight: Number.NaN }, /styleWeight/],
  [{ styleWeights: 3 }, /styleWeight/],
  [{ mix: [1, 2] }, /1 numbers/],
  [{ mix: [0] }, /mix/],
])("the options %o are refused", async (options, message) => {
  const model = network();
  const pictures = { content: disc(40, 48), style: stripes(40, 40) };
  await expect(styleLoss(model, { ...pictures, ...(options as object) })).rejects.toThrow(message);
});

test("a model that takes no colour pictures is refused", async () => {
  const digits = modelOf(await zoo.build("mnist"));
  const pictures = { content: disc(40, 48), style: stripes(40, 40) };
  await expect(styleLoss(digits, pictures)).rejects.toThrow(/cannot compare pictures/);
});
