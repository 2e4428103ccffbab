// The vocabulary of the graph: one function an op, with its shapes and its source, over values that are
// whatever the reader takes them for. It is an interface so that gradient rules can use every op while no
// op file imports another.

import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Padding } from "./window.ts";

/** What is known of a value before it is computed. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Which axes a reduction joins. Default: all. */
export interface ReduceOptions {
  readonly axes?: readonly number[];
  /** Leaves the joined axes in place with length 1. */
  readonly keepDimensions?: boolean;
}

/** How a convolution's window moves. */
export interface ConvolutionOptions {
  /** Steps down and right, in pixels. Default: [1, 1]. */
  readonly strides?: readonly [number, number];
  readonly padding?: Padding;
  /** Distance between taps, in pixels. Default: [1, 1]. */
  readonly dilation?: readonly [number, number];
  /** Channels and filters are split into this many parts that do not see each other. Default: 1. */
  readonly groups?: number;
}

/** How a pooling window moves. */
export interface PoolOptions {
  /** Height and width, in pixels. */
  readonly size: readonly [number, number];
  /** Steps down and right. Default: the size. */
  readonly strides?: readonly [number, number];
  readonly padding?: Padding;
}

/** How many random numbers, and which. */
export interface RandomOptions {
  readonly shape: Shape;
  readonly seed: number;
  readonly stream: number;
  /** Tells apart what one stream draws in one step. Default: 0. */
  readonly draw?: number;
}

/**
 * What is seen beyond an image's border: one number (`constant`), the border itself (`nearest`), the image
 * again (`wrap`), or backwards, with the border twice (`reflect`) or once (`mirror`).
 */
export type FillMode = "constant" | "nearest" | "wrap" | "reflect" | "mirror";

/** How a position between pixels, or outside of all, gets its value. */
export interface SamplingOptions {
  /** The nearest pixel, or the four around, by their distance along each axis. */
  readonly interpolation: "nearest" | "bilinear";
  readonly fillMode: FillMode;
  /** What `constant` fills with. */
  readonly fillValue: number;
}

/** Elementwise ops stretch inputs as NumPy does: aligned at the last axis, a 1 repeats. */
export interface Vocabulary<V> {
  /** A value handed in at every step. */
  input(name: string, type: TensorType): V;
  /** A value that stays between steps: a weight, an optimizer's slot, a data set. */
  state(name: string, type: TensorType): V;
  /** The same number everywhere: any shape. Default: a scalar. */
  constant(value: number, shape?: Shape, dtype?: "f32" | "i32"): V;

  /** −x */
  negate(x: V): V;
  /** |x|; its gradient at 0 is 0. */
  absolute(x: V): V;
  /** −1, 0 or 1; no gradient flows. */
  sign(x: V): V;
  /** ⌊x⌋; no gradient flows. */
  floor(x: V): V;
  /** eˣ */
  exponential(x: V): V;
  /** eˣ − 1, with all digits where x is small. */
  exponentialMinusOne(x: V): V;
  /** ln x */
  logarithm(x: V): V;
  /** ln(1 + x), with all digits where x is small. */
  logarithmOnePlus(x: V): V;
  /** √x */
  squareRoot(x: V): V;
  /** sin x, x in radians */
  sine(x: V): V;
  /** cos x, x in radians */
  cosine(x: V): V;
  /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh(x: V): V;
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(x: V): V;
  /** 2/√π ∫ e^(−t²) dt from 0 to x. */
  errorFunction(x: V): V;
  /** Φ(x), the share of a normal distribution of mean 0 and variance 1 that lies below x. */
  normalDistribution(x: V): V;
  /** ln(1 + eˣ) */
  softplus(x: V): V;
  /** max(x, 0); its gradient at 0 is 0. Nair and Hinton, ICML 2010. */
  relu(x: V): V;
  /** x as another dtype; to whole numbers it truncates, and moves what does not fit to the nearest. */
  cast(x: V, dtype: DType): V;
  /** x, through which no gradient flows. */
  stopGradient(x: V): V;

  /** a + b */
  add(a: V, b: V): V;
  /** a − b */
  subtract(a: V, b: V): V;
  /** a · b */
  multiply(a: V, b: V): V;
  /** a / b */
  divide(a: V, b: V): V;
  /** The larger; where equal, the gradient goes to `a`. */
  maximum(a: V, b: V): V;
  /** The smaller; where equal, the gradient goes to `a`. */
  minimum(a: V, b: V): V;
  /** aᵇ for a > 0 */
  power(a: V, b: V): V;
  /** 1 where a = b, else 0. */
  equal(a: V, b: V): V;
  /** 1 where a < b, else 0. */
  less(a: V, b: V): V;
  /** 1 where a ≤ b, else 0. */
  lessEqual(a: V, b: V): V;
  /** `a` where `condition` is not 0, else `b`. */
  select(condition: V, a: V, b: V): V;

  /** Σ x over the axes. */
  sum(x: V, options?: ReduceOptions): V;
  /** The mean over the axes. */
  mean(x: V, options?: ReduceOptions): V;
  /**
   * `(x − mean) / √(variance + epsilon) · gamma + beta`, with the mean and the variance of x over the
   * axes, which stay with length 1; gamma and beta stretch to them.
   */
  batchNormalization(
    x: V,
    gamma: V,
    beta: V,
    options: { readonly axes: readonly number[]; readonly epsilon: number },
  ): V;
  /** The largest over the axes; ties share the gradient equally. */
  reduceMaximum(x: V, options?: ReduceOptions): V;
  /** The smallest over the axes; ties share the gradient equally. */
  reduceMinimum(x: V, options?: ReduceOptions): V;
  /** The position of the first largest element along `axis`, as i32. Default: the last axis. */
  argMaximum(x: V, axis?: number): V;

  /** The same elements, row-major, in another shape. */
  reshape(x: V, shape: Shape): V;
  /** Axis i of the result is axis `order[i]` of `x`. */
  transpose(x: V, order: readonly number[]): V;
  /** `value` around `x`: `before[i]` and `after[i]` elements along axis i. */
  pad(x: V, before: readonly number[], after: readonly number[], value?: number): V;
  /** `size[i]` elements along axis i from `start[i]`, `step[i]` apart. Default: 1. */
  slice(x: V, start: readonly number[], size: readonly number[], step?: readonly number[]): V;
  /** One after another along `axis`. */
  concatenate(parts: readonly V[], axis: number): V;
  /** `x` stretched to `shape`. */
  broadcastTo(x: V, shape: Shape): V;

  /** [M, K] · [K, N] → [M, N]; a transposed operand is stored the other way round. */
  matmul(a: V, b: V, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): V;
  /** [N, H, W, C] with filters [R, S, C / groups, K] → [N, P, Q, K]. LeCun et al., 1989. */
  conv2d(x: V, filter: V, options?: ConvolutionOptions): V;
  /** The gradient of `conv2d` for its image: [N, P, Q, K] and filters → `imageShape`. */
  conv2dInputGradient(
    gradient: V,
    filter: V,
    options: ConvolutionOptions & { readonly imageShape: Shape },
  ): V;
  /** The gradient of `conv2d` for its filters: image and [N, P, Q, K] → `filterShape`. */
  conv2dFilterGradient(
    x: V,
    gradient: V,
    options: ConvolutionOptions & { readonly filterShape: Shape },
  ): V;
  /** The largest of each window, a channel at a time: [N, H, W, C] → [N, P, Q, C]. */
  maxPool(x: V, options: PoolOptions): V;
  /** The gradient of `maxPool`: it goes to the first largest of each window. */
  maxPoolGradient(x: V, gradient: V, options: PoolOptions): V;
  /** The mean of each window, padding not counted: [N, H, W, C] → [N, P, Q, C]. */
  averagePool(x: V, options: PoolOptions): V;
  /** The gradient of `averagePool`: [N, P, Q, C] → `imageShape`. */
  averagePoolGradient(gradient: V, options: PoolOptions & { readonly imageShape: Shape }): V;

  /**
   * Images at positions counted in pixels, 0 in the middle of the first: [N, H, W, C], rows and columns
   * [N, P, Q] → [N, P, Q, C]. No gradient flows to positions.
   */
  sampleImage(image: V, rows: V, columns: V, options: SamplingOptions): V;
  /** The gradient of `sampleImage` for its image: [N, P, Q, C] → `imageShape`. */
  sampleImageGradient(
    gradient: V,
    rows: V,
    columns: V,
    options: SamplingOptions & { readonly imageShape: Shape },
  ): V;

  /** eˣ / Σ eˣ along the last axis, computed from x − max x. */
  softmax(x: V): V;
  /** ln softmax(x) along the last axis, without overflow. */
  logSoftmax(x: V): V;
  /** −Σ targets · ln softmax(logits): [N, C], [N, C] → [N]. No gradient flows to `targets`. */
  softmaxCrossEntropy(logits: V, targets: V): V;
  /** −ln softmax(logits)[label]: [N, C], i32 [N] → [N]. */
  sparseSoftmaxCrossEntropy(logits: V, labels: V): V;

  /**
   * 0 with probability `rate`, else 1 / (1 − rate); keyed by (seed, stream, step, position) alone.
   * `step` is an i32 scalar. Srivastava et al., JMLR 2014.
   */
  dropoutMask(
    step: V,
    options: {
      readonly shape: Shape;
      readonly rate: number;
      readonly seed: number;
      readonly stream: number;
    },
  ): V;
  /** Normal numbers, mean 0, deviation 1; keyed by (seed, stream, draw, step, position) alone. */
  randomNormal(step: V, options: RandomOptions): V;
  /** Uniform numbers in [0, 1); keyed by (seed, stream, draw, step, position) alone. */
  randomUniform(step: V, options: RandomOptions): V;
  /** i32 [N] → f32 [N, classes]: 1 at the label, else 0; a label outside gives zeros. */
  oneHot(labels: V, classes: number): V;
  /** [V, …], i32 [N] → [N, …]: the rows at `indices`; one outside is moved to the nearest row. */
  gather(table: V, indices: V): V;
  /**
   * i32 [N, P, C] → f32 [N, C, bins]: how often each whole number below `bins` stands in each channel, or
   * the sum of the weights [N, P, C] there.
   */
  histogram(x: V, bins: number, weights?: V): V;
  /**
   * [N, C, V], i32 [N, P, C] → [N, P, C]: the numbers of each channel's table at indices; one outside is
   * moved to the nearest.
   */
  lookUp(tables: V, indices: V): V;
  /** Where the middles of `output` pixels lie on `input` pixels: f32 [output]. */
  samplePositions(input: number, output: number): V;
}

/** The pool ops' window, as their records keep it. */
export interface PoolAttributes {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** What a pool's gradient needs beside its window. */
export interface PoolGradientAttributes extends PoolAttributes {
  readonly imageShape: Shape;
}
