// The op table, and the builder that applies its records. A new op is one line in each.

import { normalizeAxis, sameShape } from "../../core/shape.ts";
import type {
  Builder,
  ConvolutionOptions,
  PoolAttributes,
  PoolOptions,
  ReduceOptions,
} from "../builder.ts";
import { apply, type Node, type Op } from "../op.ts";
import { absolute } from "./absolute.ts";
import { add } from "./add.ts";
import { argMaximum } from "./arg-maximum.ts";
import { averagePool } from "./average-pool.ts";
import { averagePoolGradient } from "./average-pool-gradient.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { broadcastTo } from "./broadcast-to.ts";
import { cast } from "./cast.ts";
import { concatenate } from "./concatenate.ts";
import { constant } from "./constant.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dFilterGradient } from "./conv2d-filter-gradient.ts";
import { conv2dInputGradient } from "./conv2d-input-gradient.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import { cosine } from "./cosine.ts";
import { divide } from "./divide.ts";
import { dropoutMask } from "./dropout-mask.ts";
import { equal } from "./equal.ts";
import { errorFunction } from "./error-function.ts";
import { exponential } from "./exponential.ts";
import { exponentialMinusOne } from "./exponential-minus-one.ts";
import { floor } from "./floor.ts";
import { gather } from "./gather.ts";
import { histogram } from "./histogram.ts";
import { input } from "./input.ts";
import { less } from "./less.ts";
import { lessEqual } from "./less-equal.ts";
import { logSoftmax } from "./log-softmax.ts";
import { logarithm } from "./logarithm.ts";
import { logarithmOnePlus } from "./logarithm-one-plus.ts";
import { lookUp } from "./look-up.ts";
import { matmul } from "./matmul.ts";
import { maxPool } from "./max-pool.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";
import { maximum } from "./maximum.ts";
import { mean } from "./mean.ts";
import { minimum } from "./minimum.ts";
import { multiply } from "./multiply.ts";
import { negate } from "./negate.ts";
import { normalDistribution } from "./normal-distribution.ts";
import { oneHot } from "./one-hot.ts";
import { pad } from "./pad.ts";
import { power } from "./power.ts";
import { randomNormal } from "./random-normal.ts";
import { randomUniform } from "./random-uniform.ts";
import { reduceMaximum } from "./reduce-maximum.ts";
import { reduceMinimum } from "./reduce-minimum.ts";
import type { ReduceAttributes } from "./reduction.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import { sampleImage } from "./sample-image.ts";
import { sampleImageGradient } from "./sample-image-gradient.ts";
import { samplePositions } from "./sample-positions.ts";
import { select } from "./select.ts";
import { sigmoid } from "./sigmoid.ts";
import { sign } from "./sign.ts";
import { sine } from "./sine.ts";
import { slice } from "./slice.ts";
import { softmax } from "./softmax.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { softplus } from "./softplus.ts";
import { sparseSoftmaxCrossEntropy } from "./sparse-softmax-cross-entropy.ts";
import { squareRoot } from "./square-root.ts";
import { state } from "./state.ts";
import { stopGradient } from "./stop-gradient.ts";
import { subtract } from "./subtract.ts";
import { sum } from "./sum.ts";
import { tanh } from "./tanh.ts";
import { transpose } from "./transpose.ts";

/** Every op, under its name. */
export const opTable = {
  // Sources
  input,
  state,
  constant,
  // Elementwise, of one value
  negate,
  absolute,
  sign,
  floor,
  exponential,
  exponentialMinusOne,
  logarithm,
  logarithmOnePlus,
  squareRoot,
  sine,
  cosine,
  tanh,
  sigmoid,
  errorFunction,
  normalDistribution,
  softplus,
  relu,
  cast,
  stopGradient,
  // Elementwise, of several
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  power,
  equal,
  less,
  lessEqual,
  select,
  // Reductions
  sum,
  mean,
  reduceMaximum,
  reduceMinimum,
  argMaximum,
  batchNormalization,
  // Movements
  reshape,
  transpose,
  pad,
  slice,
  concatenate,
  broadcastTo,
  // Windows and products
  matmul,
  conv2d,
  conv2dInputGradient,
  conv2dFilterGradient,
  maxPool,
  maxPoolGradient,
  averagePool,
  averagePoolGradient,
  sampleImage,
  sampleImageGradient,
  // Classification and data
  softmax,
  logSoftmax,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  dropoutMask,
  randomNormal,
  randomUniform,
  oneHot,
  gather,
  histogram,
  lookUp,
  samplePositions,
} as const satisfies Record<keyof Builder, Op>;

/** The name of an op. */
export type OpName = keyof typeof opTable;

const unary = (op: Op) => (x: Node) => apply(op, [x], {});
const binary = (op: Op) => (a: Node, b: Node) => apply(op, [a, b], {});

/** Axes of `x`, each once, in order. */
function countedFromFront(axes: readonly number[], x: Node): number[] {
  const counted = new Set(axes.map((axis) => normalizeAxis(axis, x.shape.length)));
  return [...counted].sort((a, b) => a - b);
}

const reduce =
  (op: Op<ReduceAttributes>) =>
  (x: Node, { axes = x.shape.map((_, a) => a), keepDimensions = false }: ReduceOptions = {}) => {
    return apply(op, [x], { axes: countedFromFront(axes, x), keepDimensions });
  };

function convolutionAttributes(options: ConvolutionOptions = {}): ConvolutionAttributes {
  const { strides = [1, 1], padding = "valid", dilation = [1, 1], groups = 1 } = options;
  return { strides, padding, dilation, groups };
}

function poolAttributes({ size, strides = size, padding = "valid" }: PoolOptions): PoolAttributes {
  return { size, strides, padding };
}

/** Makes nodes: one function an op, with its defaults filled in. */
export const ops: Builder = {
  input: (name, { shape, dtype }) => apply(input, [], { name, shape, dtype }),
  state: (name, { shape, dtype }) => apply(state, [], { name, shape, dtype }),
  constant: (value, shape = [], dtype = "f32") => apply(constant, [], { value, shape, dtype }),

  negate: unary(negate),
  absolute: unary(absolute),
  sign: unary(sign),
  floor: unary(floor),
  exponential: unary(exponential),
  exponentialMinusOne: unary(exponentialMinusOne),
  logarithm: unary(logarithm),
  logarithmOnePlus: unary(logarithmOnePlus),
  squareRoot: unary(squareRoot),
  sine: unary(sine),
  cosine: unary(cosine),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  errorFunction: unary(errorFunction),
  normalDistribution: unary(normalDistribution),
  softplus: unary(softplus),
  relu: unary(relu),
  cast: (x, dtype) => apply(cast, [x], { dtype }),
  stopGradient: unary(stopGradient),

  add: binary(add),
  subtract: binary(subtract),
  multiply: binary(multiply),
  divide: binary(divide),
  maximum: binary(maximum),
  minimum: binary(minimum),
  power: binary(power),
  equal: binary(equal),
  less: binary(less),
  lessEqual: binary(lessEqual),
  select: (condition, a, b) => apply(select, [condition, a, b], {}),

  sum: reduce(sum),
  mean: reduce(mean),
  reduceMaximum: reduce(reduceMaximum),
  reduceMinimum: reduce(reduceMinimum),
  argMaximum: (x, axis = -1) =>
    apply(argMaximum, [x], { axis: normalizeAxis(axis, x.shape.length) }),

  batchNormalization: (x, gamma, beta, { axes, epsilon }) =>
    apply(batchNormalization, [x, gamma, beta], { axes: countedFromFront(axes, x), epsilon }),

  reshape: (x, shape) => (sameShape(x.shape, shape) ? x : apply(reshape, [x], { shape })),
  transpose: (x, order) => apply(transpose, [x], { order }),
  pad: (x, before, after, value = 0) => apply(pad, [x], { before, after, value }),
  slice: (x, start, size, step = x.shape.map(() => 1)) => apply(slice, [x], { start, size, step }),
  concatenate: (parts, axis) =>
    apply(concatenate, parts, { axis: axis < 0 ? axis + (parts[0]?.shape.length ?? 0) : axis }),
  broadcastTo: (x, shape) => (sameShape(x.shape, shape) ? x : apply(broadcastTo, [x], { shape })),

  matmul: (a, b, { transposeA = false, transposeB = false } = {}) =>
    transposeA && transposeB
      ? apply(matmul, [ops.transpose(a, [1, 0]), b], { transposeA: false, transposeB })
      : apply(matmul, [a, b], { transposeA, transposeB }),
  conv2d: (x, filter, options) => apply(conv2d, [x, filter], convolutionAttributes(options)),
  conv2dInputGradient: (gradient, filter, { imageShape, ...options }) =>
    apply(conv2dInputGradient, [gradient, filter], {
      ...convolutionAttributes(options),
      imageShape,
    }),
  conv2dFilterGradient: (x, gradient, { filterShape, ...options }) =>
    apply(conv2dFilterGradient, [x, gradient], { ...convolutionAttributes(options), filterShape }),
  maxPool: (x, options) => apply(maxPool, [x], poolAttributes(options)),
  maxPoolGradient: (x, gradient, options) =>
    apply(maxPoolGradient, [x, gradient], poolAttributes(options)),
  averagePool: (x, options) => apply(averagePool, [x], poolAttributes(options)),
  averagePoolGradient: (gradient, { imageShape, ...options }) =>
    apply(averagePoolGradient, [gradient], { ...poolAttributes(options), imageShape }),

  sampleImage: (image, rows, columns, options) =>
    apply(sampleImage, [image, rows, columns], options),
  sampleImageGradient: (gradient, rows, columns, options) =>
    apply(sampleImageGradient, [gradient, rows, columns], options),

  softmax: unary(softmax),
  logSoftmax: unary(logSoftmax),
  softmaxCrossEntropy: binary(softmaxCrossEntropy),
  sparseSoftmaxCrossEntropy: binary(sparseSoftmaxCrossEntropy),

  dropoutMask: (step, { shape, rate, seed, stream }) =>
    apply(dropoutMask, [step], { shape, rate, seed, stream }),
  randomNormal: (step, { shape, seed, stream, draw = 0 }) =>
    apply(randomNormal, [step], { shape, seed, stream, draw }),
  randomUniform: (step, { shape, seed, stream, draw = 0 }) =>
    apply(randomUniform, [step], { shape, seed, stream, draw }),
  oneHot: (labels, classes) => apply(oneHot, [labels], { classes }),
  gather: binary(gather),
  histogram: (x, bins, weights) =>
    apply(histogram, weights === undefined ? [x] : [x, weights], { bins }),
  lookUp: binary(lookUp),
  samplePositions: (input, output) => apply(samplePositions, [], { input, output }),
};
