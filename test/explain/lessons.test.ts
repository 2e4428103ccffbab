// The numbers of lessons against those that the engine computes.

import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { convolution, convolutionBackward } from "../../src/explain/lessons/convolution.ts";
import { costs } from "../../src/explain/lessons/costs.ts";
import { kernelResults, lessonKernels } from "../../src/explain/lessons/kernels.ts";
import type { Planes } from "../../src/explain/lessons/planes.ts";
import { type PoolingKind, pooling } from "../../src/explain/lessons/pooling.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";

const random = (stream: RandomStream, shape: readonly number[]): Tensor<Float64Array> => ({
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
  shape,
});
const as32 = (tensor: Tensor, shape = tensor.shape) => ({
  data: Float32Array.from(tensor.data),
  shape,
});
/** Planes `[C][H][W]` as one list in the order of `[H, W, C]`. */
const listed = (planes: Planes) =>
  planes[0].flatMap((line, y) => line.flatMap((_, x) => planes.map((plane) => plane[y][x])));

const close = (found: readonly number[], wanted: ArrayLike<number>, digits: number) => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i], digits);
  });
};

test("30 random convolutions, forward and backward, agree with the engine's gradients in f64", () => {
  for (let seed = 0; seed < 30; seed++) {
    const stream = new RandomStream(seed);
    const pick = <T>(...choices: readonly T[]): T => choices[stream.below(choices.length)];
    const [height, width, channels] = [6 + stream.below(3), 5 + stream.below(4), pick(1, 2, 3)];
    const taps = [pick(1, 2, 3), pick(1, 2, 3)] as const;
    const strides = [pick(1, 2), pick(1, 2, 3)] as const;
    const dilation = [pick(1, 2), pick(1, 2)] as const;
    const padding = pick("valid", "same") as "valid" | "same";
    const x = random(stream, [height, width, channels]);
    const kernel = random(stream, [...taps, channels]);
    const options = { strides, padding, dilationRate: dilation };
    const lesson = convolution(x, kernel, { ...options, bias: 0.5 });

    const image = ops.input("x", { shape: [1, height, width, channels], dtype: "f32" });
    const filter = ops.input("k", { shape: [...taps, channels, 1], dtype: "f32" });
    const y = ops.conv2d(image, filter, { strides, padding, dilation });
    const slope = as32(random(stream, y.shape));
    const weight = ops.input("g", { shape: y.shape, dtype: "f32" });
    const loss = ops.sum(ops.multiply(y, weight));
    const [first, second] = gradients(loss, [filter, image], ops);
    const [result, toKernel, toImage] = evaluate([y, first, second], {
      x: as32(x, image.shape),
      k: as32(kernel, filter.shape),
      g: slope,
    });
    close(
      lesson.output.flat().map((value) => value - 0.5),
      result.data,
      5,
    );
    for (const { products, sum, channelSums } of lesson.steps) {
      expect(listed(products).reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 10);
      expect(channelSums).toHaveLength(channels);
    }
    expect(lesson.sizes[0].endsWith(` = ${y.shape[1]}`)).toBe(true);
    expect(lesson.sizes[1].endsWith(` = ${y.shape[2]}`)).toBe(true);

    const slopes = { data: slope.data, shape: [y.shape[1], y.shape[2]] };
    const back = convolutionBackward(x, kernel, slopes, options);
    close(listed(back.kernelGradient), toKernel.data, 5);
    close(listed(back.inputGradient), toImage.data, 5);
    expect(back.steps).toHaveLength(lesson.steps.length);
  }
});

test("the backward lesson agrees with a compiled model", async () => {
  const stream = new RandomStream(7);
  const model = sequential(
    [
      layers.conv2d({
        filters: 1,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        inputShape: [7, 7, 2],
      }),
    ],
    { precision: "exact", seed: 3 },
  );
  const weights = await model.getWeights();
  const kernel = weights.get("conv2d/kernel") as Tensor;
  const x = as32(random(stream, [7, 7, 2]));
  const program = await model.compileProgram({
    name: "gradients",
    graph({ build, apply, weights: nodes }) {
      const image = build.input("image", { shape: [1, 7, 7, 2], dtype: "f32" });
      const score = build.sum(apply(image).outputs[0]);
      const filter = nodes.get("conv2d/kernel");
      if (filter === undefined) throw new Error("no kernel");
      const [toImage, toKernel] = gradients(score, [image, filter], build);
      return { outputs: { toImage, toKernel, score }, updates: [] };
    },
  });
  const found = await program.run({ image: { data: x.data, shape: [1, 7, 7, 2] } });
  const options = { strides: 2, padding: "same" as const };
  const back = convolutionBackward(x, { data: kernel.data, shape: [3, 3, 2] }, undefined, options);
  close(listed(back.kernelGradient), found.toKernel.data, 4);
  close(listed(back.inputGradient), found.toImage.data, 4);
  expect(back.biasGradient).toBe(16);
});

test("pooling agrees with the engine, also past the border", () => {
  const stream = new RandomStream(2);
  const x = random(stream, [7, 6]);
  const image = ops.input("x", { shape: [1, 7, 6, 1], dtype: "f32" });
  for (const padding of ["valid", "same"] as const) {
    for (const strides of [
      [1, 1],
      [2, 3],
    ] as const) {
      const window = { size: [3, 2] as const, strides, padding };
      const pooled = [ops.maxPool(image, window), ops.averagePool(image, window)];
      const results = evaluate(pooled, { x: as32(x, image.shape) });
      (["max", "average"] as const).forEach((kind, i) => {
        const lesson = pooling(x, { kind, poolSize: [3, 2], strides, padding });
        close(lesson.output.flat(), results[i].data, 5);
      });
    }
  }
});

test("the pooling of the textbook, and global pooling", () => {
  const map = [
    [1, 3, 2, 4],
    [5, 6, 1, 3],
    [2, 4, 8, 2],
    [1, 3, 5, 7],
  ];
  const output = (kind: PoolingKind) => pooling(map, { kind }).output;
  expect(output("max")).toEqual([
    [6, 4],
    [4, 8],
  ]);
  expect(output("average")).toEqual([
    [3.75, 2.5],
    [2.5, 5.5],
  ]);
  expect(output("globalMax")).toEqual([[8]]);
  expect(output("globalAverage")).toEqual([[3.5625]]);
  expect(pooling(map).steps[0].chosen).toEqual({ row: 1, column: 1, value: 6 });
});

test("the kernel of vertical edges finds the edge of the textbook", () => {
  const edge = Array.from({ length: 6 }, () => [0, 0, 0, 1, 1, 1]);
  const kernel = [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
  ];
  const lesson = convolution(edge, kernel);
  expect(lesson.output).toEqual(Array.from({ length: 4 }, () => [0, 3, 3, 0]));
  expect(lesson.sizes).toEqual(["6 − 3 + 1 = 4", "6 − 3 + 1 = 4"]);
  expect(lesson.steps[1].products).toEqual([
    [
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
    ],
  ]);
});

test("every named kernel gives a picture, and those of edges see none in an even one", () => {
  const even = { data: new Uint8Array(8 * 8 * 3).fill(90), shape: [8, 8, 3] };
  const results = kernelResults(even);
  expect(results.map(({ kernel }) => kernel)).toEqual(lessonKernels);
  for (const { picture, isSigned, kernel } of results) {
    expect(picture.shape).toEqual([8, 8, isSigned ? 1 : 3]);
    const level = kernel === "emboss" ? 90 * 1 : isSigned ? 128 : 90;
    expect(new Set(picture.data)).toEqual(new Set([level]));
  }
});

test("formulas of parameters and multiply-adds come to the counted numbers", () => {
  const model = sequential([
    layers.conv2d({ filters: 32, kernelSize: 3, inputShape: [28, 28, 1] }),
    layers.maxPooling2d(),
    layers.separableConv2d({ filters: 8, kernelSize: 3 }),
    layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2 }),
    layers.batchNormalization(),
    layers.flatten(),
    layers.dense({ units: 10 }),
  ]);
  const rows = costs(model);
  expect(rows.map(({ parametersFormula }) => parametersFormula)).toEqual([
    "3·3·1·32 + 32 = 320",
    "no weights",
    "3·3·32·1 + 1·1·32·8 + 8 = 552",
    "2·2·4·8 + 4 = 132",
    "4 + 4 + 4 + 4 = 16",
    "no weights",
    "1936·10 + 10 = 19,370",
  ]);
  expect(rows.map(({ macsFormula }) => macsFormula)).toEqual([
    "26·26 · 3·3·1·32 = 194,688",
    "no multiply-adds",
    "11·11 · (3·3·32·1 + 1·1·32·8) = 65,824",
    "11·11 · 2·2·4·8 = 15,488",
    "22·22·4 = 1,936",
    "no multiply-adds",
    "1936·10 = 19,360",
  ]);
  for (const { parameters, parametersFormula, macs, macsFormula } of rows) {
    for (const [formula, number] of [
      [parametersFormula, parameters],
      [macsFormula, macs],
    ] as const) {
      if (!formula.includes("=")) continue;
      const plain = formula.replaceAll(",", "").replaceAll("·", "*").replaceAll(" * ", "*");
      const [left, right] = plain.split(" = ");
      expect(Number(right)).toBe(number);
      expect(sumOfProducts(left)).toBe(number);
    }
  }
});

/** `a*b + c` and `a*(b + c)` as numbers. */
function sumOfProducts(text: string): number {
  const bracket = /^(.*)\*\((.*)\)$/.exec(text);
  if (bracket) return sumOfProducts(bracket[1]) * sumOfProducts(bracket[2]);
  const terms = text.split(" + ").map((term) => term.split("*").map(Number));
  return terms.reduce((sum, factors) => sum + factors.reduce((a, b) => a * b, 1), 0);
}

test.each([
  ["rows of different lengths", () => convolution([[1, 2], [3]], [[1]]), /all of one length/],
  [
    "a kernel with other channels",
    () => convolution([[1]], random(new RandomStream(1), [1, 1, 2])),
    /1 channels/,
  ],
  ["a kernel that is too large", () => convolution([[1]], [[1, 1]]), /does not fit/],
  ["an option that is none", () => convolution([[1]], [[1]], { stride: 2 } as object), /strides/],
  [
    "an array for models",
    () => pooling(random(new RandomStream(1), [1500, 1500]), { strides: 1 }),
    /can be looked at/,
  ],
  ["a gradient of another size", () => convolutionBackward([[1, 2]], [[1]], [[1]]), /1 rows of 2/],
  ["a pooling that is none", () => pooling([[1]], { kind: "mean" as "max" }), /average/],
])("refused: %s", (_, call, message) => {
  expect(call).toThrow(message);
});
