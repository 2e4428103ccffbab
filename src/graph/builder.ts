// The vocabulary of the graph: one function an op, with its shapes and its source. It is an interface so
// that gradient rules can use every op while no op file imports another; `ops` in ops/index.ts is the one
// thing that fills it.

import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Node, TensorType } from "./op.ts";
import type { Padding, Window } from "./window.ts";

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

/** Elementwise ops stretch inputs as NumPy does: aligned at the last axis, a 1 repeats. */
export interface Builder {
  /** A value handed in at every step. */
  input(name: string, type: TensorType): Node;
  /** A value that stays between steps: a weight, an optimizer's slot, a data set. */
  state(name: string, type: TensorType): Node;
  /** The same number everywhere: any shape, a scalar unless told. */
  constant(value: number, shape?: Shape, dtype?: "f32" | "i32"): Node;

  /** −x */
  negate(x: Node): Node;
  /** |x|; its gradient at 0 is 0. */
  absolute(x: Node): Node;
  /** −1, 0 or 1; no gradient flows. */
  sign(x: Node): Node;
  /** ⌊x⌋; no gradient flows. */
  floor(x: Node): Node;
  /** eˣ */
  exponential(x: Node): Node;
  /** eˣ − 1, with all digits where x is small. */
  exponentialMinusOne(x: Node): Node;
  /** ln x */
  logarithm(x: Node): Node;
  /** ln(1 + x), with all digits where x is small. */
  logarithmOnePlus(x: Node): Node;
  /** √x */
  squareRoot(x: Node): Node;
  /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh(x: Node): Node;
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(x: Node): Node;
  /** 2/√π ∫ e^(−t²) dt from 0 to x. */
  errorFunction(x: Node): Node;
  /** Φ(x), the share of a normal distribution of mean 0 and variance 1 that lies below x. */
  normalDistribution(x: Node): Node;
  /** ln(1 + eˣ) */
  softplus(x: Node): Node;
  /** max(x, 0); its gradient at 0 is 0. Nair and Hinton, ICML 2010. */
  relu(x: Node): Node;
  /** x as another dtype; to whole numbers it truncates, and moves what does not fit to the nearest. */
  cast(x: Node, dtype: DType): Node;

  /** a + b */
  add(a: Node, b: Node): Node;
  /** a − b */
  subtract(a: Node, b: Node): Node;
  /** a · b */
  multiply(a: Node, b: Node): Node;
  /** a / b */
  divide(a: Node, b: Node): Node;
  /** The larger; where equal, the gradient goes to `a`. */
  maximum(a: Node, b: Node): Node;
  /** The smaller; where equal, the gradient goes to `a`. */
  minimum(a: Node, b: Node): Node;
  /** aᵇ for a > 0 */
  power(a: Node, b: Node): Node;
  /** 1 where a = b, else 0. */
  equal(a: Node, b: Node): Node;
  /** 1 where a < b, else 0. */
  less(a: Node, b: Node): Node;
  /** 1 where a ≤ b, else 0. */
  lessEqual(a: Node, b: Node): Node;
  /** `a` where `condition` is not 0, else `b`. */
  select(condition: Node, a: Node, b: Node): Node;

  /** Σ x over the axes. */
  sum(x: Node, options?: ReduceOptions): Node;
  /** The mean over the axes. */
  mean(x: Node, options?: ReduceOptions): Node;
  /**
   * `(x − mean) / √(variance + epsilon) · gamma + beta`, with the mean and the variance of x over the
   * axes, which stay with length 1; gamma and beta stretch to them.
   */
  batchNormalization(
    x: Node,
    gamma: Node,
    beta: Node,
    options: { readonly axes: readonly number[]; readonly epsilon: number },
  ): Node;
  /** The largest over the axes; ties share the gradient equally. */
  reduceMaximum(x: Node, options?: ReduceOptions): Node;
  /** The smallest over the axes; ties share the gradient equally. */
  reduceMinimum(x: Node, options?: ReduceOptions): Node;
  /** The position of the first largest element along `axis` (the last unless told), as i32. */
  argMaximum(x: Node, axis?: number): Node;

  /** The same elements, row-major, in another shape. */
  reshape(x: Node, shape: Shape): Node;
  /** Axis i of the result is axis `order[i]` of `x`. */
  transpose(x: Node, order: readonly number[]): Node;
  /** `value` around `x`: `before[i]` and `after[i]` elements along axis i. */
  pad(x: Node, before: readonly number[], after: readonly number[], value?: number): Node;
  /** `size[i]` elements along axis i from `start[i]`, `step[i]` apart (1 unless told). */
  slice(x: Node, start: readonly number[], size: readonly number[], step?: readonly number[]): Node;
  /** One after another along `axis`. */
  concatenate(parts: readonly Node[], axis: number): Node;
  /** `x` stretched to `shape`. */
  broadcastTo(x: Node, shape: Shape): Node;

  /** [M, K] · [K, N] → [M, N]; a transposed operand is stored the other way round. */
  matmul(
    a: Node,
    b: Node,
    options?: { readonly transposeA?: boolean; readonly transposeB?: boolean },
  ): Node;
  /** [N, H, W, C] with filters [R, S, C / groups, K] → [N, P, Q, K]. LeCun et al., 1989. */
  conv2d(x: Node, filter: Node, options?: ConvolutionOptions): Node;
  /** The gradient of `conv2d` for its image: [N, P, Q, K] and filters → `imageShape`. */
  conv2dInputGradient(
    gradient: Node,
    filter: Node,
    options: ConvolutionOptions & { readonly imageShape: Shape },
  ): Node;
  /** The gradient of `conv2d` for its filters: image and [N, P, Q, K] → `filterShape`. */
  conv2dFilterGradient(
    x: Node,
    gradient: Node,
    options: ConvolutionOptions & { readonly filterShape: Shape },
  ): Node;
  /** The largest of each window, a channel at a time: [N, H, W, C] → [N, P, Q, C]. */
  maxPool(x: Node, options: PoolOptions): Node;
  /** The gradient of `maxPool`: it goes to the first largest of each window. */
  maxPoolGradient(x: Node, gradient: Node, options: PoolOptions): Node;
  /** The mean of each window, padding not counted: [N, H, W, C] → [N, P, Q, C]. */
  averagePool(x: Node, options: PoolOptions): Node;
  /** The gradient of `averagePool`: [N, P, Q, C] → `imageShape`. */
  averagePoolGradient(gradient: Node, options: PoolOptions & { readonly imageShape: Shape }): Node;

  /** eˣ / Σ eˣ along the last axis, computed from x − max x. */
  softmax(x: Node): Node;
  /** ln softmax(x) along the last axis, without overflow. */
  logSoftmax(x: Node): Node;
  /** −Σ targets · ln softmax(logits): [N, C], [N, C] → [N]. No gradient flows to `targets`. */
  softmaxCrossEntropy(logits: Node, targets: Node): Node;
  /** −ln softmax(logits)[label]: [N, C], i32 [N] → [N]. */
  sparseSoftmaxCrossEntropy(logits: Node, labels: Node): Node;

  /**
   * 0 with probability `rate`, else 1 / (1 − rate); keyed by (seed, stream, step, position) alone.
   * `step` is an i32 scalar. Srivastava et al., JMLR 2014.
   */
  dropoutMask(
    step: Node,
    options: {
      readonly shape: Shape;
      readonly rate: number;
      readonly seed: number;
      readonly stream: number;
    },
  ): Node;
  /** Normal numbers, mean 0, deviation 1; keyed by (seed, stream, step, position) alone. */
  randomNormal(
    step: Node,
    options: { readonly shape: Shape; readonly seed: number; readonly stream: number },
  ): Node;
  /** i32 [N] → f32 [N, classes]: 1 at the label, else 0; a label outside gives zeros. */
  oneHot(labels: Node, classes: number): Node;
  /** [V, …], i32 [N] → [N, …]: the rows at `indices`; one outside is moved to the nearest row. */
  gather(table: Node, indices: Node): Node;
  /** Where the middles of `output` pixels lie on `input` pixels: f32 [output]. */
  samplePositions(input: number, output: number): Node;
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

export type { Window };
