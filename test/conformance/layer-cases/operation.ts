// Operations of `keras.ops` on tensors and numbers.

import type { Shape } from "../../../src/core/shape.ts";
import type { OperationName } from "../../../src/nn/operations/index.ts";
import type { LayerCase, LayerSample } from "./layer-case.ts";

const image: Shape = [2, 3, 4];

/** An operation on one input. */
const one = (
  operation: OperationName,
  settings: object = {},
  output: Shape = image,
  input: Shape = image,
): LayerSample => ({ options: { operation, settings }, input, output });

/** One that works on numbers above 0. */
const positive = (operation: OperationName): LayerSample => ({
  ...one(operation),
  positive: true,
});

/** An operation on two inputs. */
const two = (
  operation: OperationName,
  second: Shape = image,
  output: Shape = image,
): LayerSample => ({
  options: { operation },
  input: image,
  others: [second],
  output,
});

/** An operation on numbers and on inputs, which are null. */
const mixed = (operation: OperationName, ...operands: readonly unknown[]): LayerSample => ({
  options: { operation, operands },
  input: image,
  output: image,
});

const plain: readonly OperationName[] = [
  ...(["absolute", "ceil", "erf", "exp", "expm1", "floor", "negative", "reciprocal"] as const),
  ...(["sign", "square", "tanh", "hardSigmoid", "hardSilu", "hardTanh", "logSigmoid"] as const),
  ...(["mish", "relu", "relu6", "selu", "sigmoid", "silu", "softplus", "softsign"] as const),
  ...(["sparsePlus", "sparseSigmoid", "tanhShrink", "gelu", "elu", "leakyRelu"] as const),
  ...(["softmax", "logSoftmax", "sparsemax"] as const),
];

/** The samples of each operation. */
export const operationSamples: readonly LayerSample[] = [
  ...plain.map((name) => one(name)),
  ...(["sqrt", "rsqrt", "log", "log1p", "log2", "log10"] as const).map(positive),
  ...(["add", "subtract", "multiply", "divide", "maximum", "minimum"] as const).map((name) =>
    two(name),
  ),
  two("add", [1, 3, 1]),
  two("greater"),
  { ...two("power"), positive: true },
  mixed("subtract", 1, null),
  mixed("multiply", null, 2.5),
  mixed("multiply", null, [1, -2, 0.5, 3]),
  mixed("add", [[[1], [2], [3]]], null),
  mixed("divide", 1, null),
  mixed("power", null, 3),
  mixed("power", null, -2),
  mixed("power", 2, null),
  mixed("floorDivide", null, 0.3),
  mixed("mod", null, 0.3),
  mixed("maximum", null, 0.2),
  mixed("equal", null, 0.5),
  mixed("notEqual", null, 0.5),
  mixed("greaterEqual", null, 0.2),
  mixed("less", null, 0.2),
  mixed("lessEqual", 0.1, null),
  {
    options: { operation: "where", operands: [null, null, 0] },
    input: image,
    others: [image],
    output: image,
  },
  one("clip", { xMin: -0.4, xMax: 0.6 }),
  one("gelu", { approximate: false }),
  one("leakyRelu", { negativeSlope: 0.1 }),
  one("elu", { alpha: 0.5 }),
  one("mean", { axis: [1, 2], keepDimensions: true }, [1, 1, 4]),
  one("mean", { axis: -1 }, [2, 3]),
  one("sum", { axis: [1, 2] }, [4]),
  one("max", { axis: -1, keepDimensions: true }, [2, 3, 1]),
  one("min", { axis: 2 }, [2, 4]),
  one("var", { axis: 1 }, [3, 4]),
  one("std", { axis: [2, 3] }, [2]),
  one("softmax", { axis: 1 }),
  one("softmax", { axis: [1, 2] }),
  one("logSoftmax", { axis: 2 }),
  one("sparsemax", { axis: 2 }),
  one("glu", {}, [2, 3, 2]),
  one("glu", { axis: 1 }, [1, 3, 4]),
  one("reshape", { newShape: [-1, 6, 4] }, [6, 4]),
  one("transpose", { axes: [0, 3, 1, 2] }, [4, 2, 3]),
  one("swapaxes", { axis1: 1, axis2: -1 }, [4, 3, 2]),
  one("expandDims", { axis: 1 }, [1, 2, 3, 4]),
  one("expandDims", { axis: -1 }, [2, 3, 4, 1]),
  one("squeeze", {}, [3, 2], [1, 3, 1, 2]),
  one("squeeze", { axis: 1 }, [3, 1, 2], [1, 3, 1, 2]),
  one(
    "pad",
    {
      padWidth: [
        [0, 0],
        [1, 0],
        [0, 2],
        [0, 0],
      ],
      constantValues: 0.5,
    },
    [3, 5, 4],
  ),
  one(
    "pad",
    {
      padWidth: [
        [0, 0],
        [1, 1],
        [2, 1],
        [0, 0],
      ],
      mode: "reflect",
    },
    [4, 6, 4],
  ),
  one(
    "pad",
    {
      padWidth: [
        [0, 0],
        [2, 1],
        [0, 3],
        [0, 0],
      ],
      mode: "symmetric",
    },
    [5, 6, 4],
  ),
  one("slice", { key: ":, ::2, 1:" }, [2, 2, 1], [4, 3, 1]),
  one("slice", { key: ":, ..., -1:" }, [2, 3, 1]),
  one("slice", { key: ":, -1, :2" }, [2, 4]),
  one("slice", { key: ":, newaxis, :, 1" }, [1, 2, 4]),
  one("repeat", { repeats: 2, axis: 2 }, [2, 6, 4]),
  one("flip", { axis: [1, 3] }),
  {
    options: { operation: "concatenate", settings: { axis: 1 } },
    input: [2, 3],
    others: [
      [1, 3],
      [4, 3],
    ],
    output: [7, 3],
  },
  {
    options: { operation: "stack", settings: { axis: -1 } },
    input: [2, 3],
    others: [[2, 3]],
    output: [2, 3, 2],
  },
];

const mean = { operation: "mean", settings: { axis: 1 } };

export const operation: LayerCase = {
  defaults: {
    given: { operation: "relu" },
    all: { operation: "relu", settings: {} },
  },
  samples: operationSamples,
  misfits: [
    { input: [4], others: [[4]] },
    { options: { operation: "add" }, input: [4] },
    { options: { operation: "add" }, input: [3, 4], others: [[4]] },
    { options: { operation: "add" }, input: [7, 4], others: [[4]] },
    { options: { ...mean, settings: { axis: 0 } }, input: [4] },
    { options: { ...mean, settings: { axis: 2 } }, input: [4] },
    { options: { operation: "slice", settings: { key: "1:" } }, input: [4] },
    { options: { operation: "slice", settings: { key: ":, 4" } }, input: [4] },
    { options: { operation: "slice", settings: { key: ":, ::-1" } }, input: [4] },
    { options: { operation: "slice", settings: { key: ":, 3:2" } }, input: [4] },
    { options: { operation: "reshape", settings: { newShape: [-1, 3] } }, input: [4] },
    { options: { operation: "reshape", settings: { newShape: [4, -1] } }, input: [4] },
    { options: { operation: "transpose", settings: { axes: [1, 0] } }, input: [4] },
    { options: { operation: "squeeze", settings: { axis: 1 } }, input: [4] },
    { options: { operation: "glu" }, input: [3] },
    {
      options: {
        operation: "pad",
        settings: {
          padWidth: [
            [1, 1],
            [0, 0],
          ],
        },
      },
      input: [4],
    },
    {
      options: {
        operation: "pad",
        settings: {
          padWidth: [
            [0, 0],
            [4, 0],
          ],
          mode: "reflect",
        },
      },
      input: [4],
    },
  ],
  refused: [
    { options: { operation: "fft" }, names: "fft" },
    { options: { operands: [1] }, names: "operands" },
    { options: { operands: [null, 2] }, names: "operands" },
    { options: { operation: "add", operands: [null, Number.NaN] }, names: "operands" },
    { options: { operation: "add", operands: [null, [[1], [1, 2]]] }, names: "operands" },
    { options: { operation: "concatenate", operands: [null, 1] }, names: "operands" },
    { options: { operation: "mean" }, names: "axis" },
    { options: { operation: "mean", settings: { axis: 1.5 } }, names: "axis" },
    { options: { operation: "mean", settings: { axes: 1 } }, names: "axes" },
    { options: { operation: "clip", settings: { xMin: 0, xMax: "1" } }, names: "xMax" },
    { options: { operation: "slice", settings: { key: ":, a" } }, names: "key" },
    { options: { operation: "pad", settings: { padWidth: [[0, -1]] } }, names: "padWidth" },
  ],
};
