// The activation functions that layers name. One name, one formula; names, formulas and constants are
// those of keras.activations.

import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";

/** The numbers for which `selu` keeps mean 0 and variance 1. Klambauer et al., NeurIPS 2017. */
export const seluConstants = {
  alpha: 1.6732632423543772,
  scale: 1.0507009873554805,
} as const;

/** x above 0, else slope · x. */
export function leakyRelu(build: Builder, x: Node, slope: number): Node {
  const above = build.less(build.constant(0), x);
  return build.select(above, x, build.multiply(x, build.constant(slope)));
}

/** x above 0, else alpha · (eˣ − 1). */
export function elu(build: Builder, x: Node, alpha: number): Node {
  const above = build.less(build.constant(0), x);
  return build.select(above, x, belowZero(build, x, alpha));
}

/** alpha · (eˣ − 1), for x up to 0. */
function belowZero(build: Builder, x: Node, alpha: number): Node {
  const power = build.exponentialMinusOne(build.minimum(x, build.constant(0)));
  return build.multiply(power, build.constant(alpha));
}

/** x, at most `limit`; no slope from there on. */
function upTo(build: Builder, x: Node, limit: number): Node {
  return build.minimum(build.constant(limit), x);
}

/** min(max(x, 0), 6), with no slope at 0 and at 6. */
export function relu6(build: Builder, x: Node): Node {
  return upTo(build, build.relu(x), 6);
}

function hardSigmoid(build: Builder, x: Node): Node {
  const shifted = relu6(build, build.add(x, build.constant(3)));
  return build.multiply(shifted, build.constant(1 / 6));
}

/**
 * max(x − τ, 0) along the last axis. Sorted from the largest on, k numbers are above τ: those with
 * `1 + rank · x` above the sum up to themselves. As Keras computes it, τ is (the total of these k sums
 * − 1) / k; where k is 2 or more, that is above the τ of the paper, and results add up to less than 1.
 */
export function sparsemax(build: Builder, x: Node): Node {
  const { shape } = x;
  const size = shape[shape.length - 1];
  const wide = shape.slice(0, -1);
  const each = build.reshape(x, [...wide, size, 1]);
  const others = build.reshape(x, [...wide, 1, size]);
  const places = build.samplePositions(size, size);
  // Among equals the first comes first.
  const isEarlier = build.lessEqual(places, build.reshape(places, [size, 1]));
  const isBefore = build.add(
    build.less(each, others),
    build.multiply(build.equal(each, others), isEarlier),
  );
  const zero = build.constant(0);
  const one = build.constant(1);
  const along = { axes: [shape.length] };
  const rank = build.sum(isBefore, along);
  const sum = build.sum(build.select(isBefore, others, zero), along);
  const isAbove = build.less(sum, build.add(one, build.multiply(rank, x)));
  const last = { axes: [shape.length - 1], keepDimensions: true };
  const total = build.sum(build.select(isAbove, sum, zero), last);
  const threshold = build.divide(build.subtract(total, one), build.sum(isAbove, last));
  return build.relu(build.subtract(x, threshold));
}

/** a · sigmoid(b), of the two halves of x along an axis. */
export function glu(build: Builder, x: Node, along: number): Node {
  const { shape } = x;
  const half = shape.with(along, shape[along] / 2);
  const none = shape.map(() => 0);
  const value = build.slice(x, none, half);
  const gate = build.slice(x, none.with(along, half[along]), half);
  return build.multiply(value, build.sigmoid(gate));
}

const silu = (build: Builder, x: Node) => build.multiply(x, build.sigmoid(x));
const hardSilu = (build: Builder, x: Node) => build.multiply(x, hardSigmoid(build, x));

const activations = {
  /** x */
  linear: (_: Builder, x: Node) => x,
  /** max(x, 0). Nair and Hinton, ICML 2010. */
  relu: (build: Builder, x: Node) => build.relu(x),
  /** min(max(x, 0), 6). Krizhevsky, 2010. */
  relu6,
  /** x above 0, else x / 5. Maas et al., ICML 2013. */
  leakyRelu: (build: Builder, x: Node) => leakyRelu(build, x, 0.2),
  /** x above 0, else eˣ − 1, within 1 ulp. Clevert et al., ICLR 2016. */
  elu: (build: Builder, x: Node) => elu(build, x, 1),
  /** max(x, 0) + min(eˣ − 1, 0), within 1 ulp: with alpha 1 the same as `elu`. Barron, 2017. */
  celu: (build: Builder, x: Node) => elu(build, x, 1),
  /**
   * scale · (x from 0 on, else alpha · (eˣ − 1)), within 2.5 ulp. Klambauer et al., NeurIPS 2017.
   */
  selu(build: Builder, x: Node) {
    const fromZero = build.lessEqual(build.constant(0), x);
    const unscaled = build.select(fromZero, x, belowZero(build, x, seluConstants.alpha));
    return build.multiply(unscaled, build.constant(seluConstants.scale));
  },
  /**
   * x · Φ(x) = x / 2 · (1 + erf(x / √2)), within 7.5 ulp: 0 from −13.2 down, NaN at −∞, as in Keras.
   * Hendrycks and Gimpel, 2016.
   */
  gelu: (build: Builder, x: Node) => build.multiply(x, build.normalDistribution(x)),
  /** x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))): Keras's `gelu` with `approximate`. */
  geluApproximate(build: Builder, x: Node) {
    const cube = build.multiply(build.multiply(x, x), x);
    const sum = build.add(x, build.multiply(cube, build.constant(0.044715)));
    // (1 + tanh z) / 2 = sigmoid 2z, which keeps its digits where tanh z is near −1.
    const twice = build.multiply(sum, build.constant(2 * Math.sqrt(2 / Math.PI)));
    return build.multiply(x, build.sigmoid(twice));
  },
  /** x / (1 + e⁻ˣ), within 3.5 ulp: 0 from −88.7 down, NaN at −∞. Elfwing et al., 2017. */
  silu,
  /** Another name for `silu`. Ramachandran et al., 2017. */
  swish: silu,
  /** x · hardSigmoid(x). Howard et al., ICCV 2019 (MobileNetV3). */
  hardSilu,
  /** Another name for `hardSilu`. */
  hardSwish: hardSilu,
  /** x / 6 + 1 / 2, from 0 to 1. */
  hardSigmoid,
  /** x / 5 + 1 / 2, from 0 to 1: the `hard_sigmoid` of Keras 2 and TensorFlow.js. */
  hardSigmoidKeras2: (build: Builder, x: Node) => {
    const sum = build.add(build.multiply(x, build.constant(0.2)), build.constant(0.5));
    return build.minimum(build.relu(sum), build.constant(1));
  },
  /** x, from −1 to 1. */
  hardTanh: (build: Builder, x: Node) =>
    build.minimum(build.maximum(x, build.constant(-1)), build.constant(1)),
  /** a · sigmoid(b), of the halves of the last axis, which is half as long. Dauphin et al., ICML 2017. */
  glu: (build: Builder, x: Node) => glu(build, x, x.shape.length - 1),
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: (build: Builder, x: Node) => build.sigmoid(x),
  /** ln sigmoid(x), within 2.5 ulp. */
  logSigmoid: (build: Builder, x: Node) => build.negate(build.softplus(build.negate(x))),
  /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh: (build: Builder, x: Node) => build.tanh(x),
  /** x − tanh x */
  tanhShrink: (build: Builder, x: Node) => build.subtract(x, build.tanh(x)),
  /** x nearer to 0 by ½, and 0 up to there. */
  softShrink(build: Builder, x: Node) {
    const half = build.constant(0.5);
    const above = build.relu(build.subtract(x, half));
    return build.subtract(above, build.relu(build.subtract(build.negate(x), half)));
  },
  /** x where |x| is above ½, else 0. */
  hardShrink: (build: Builder, x: Node) =>
    build.select(build.lessEqual(build.absolute(x), build.constant(0.5)), build.constant(0), x),
  /** ln(1 + eˣ), within 2.5 ulp. Glorot et al., AISTATS 2011. */
  softplus: (build: Builder, x: Node) => build.softplus(x),
  /** (x + √(x² + 4)) / 2. Barron, 2021. */
  squareplus(build: Builder, x: Node) {
    const root = build.squareRoot(build.add(build.multiply(x, x), build.constant(4)));
    // Below 0 the sum would cancel; this is the same number.
    const below = build.divide(build.constant(2), build.subtract(root, x));
    const above = build.multiply(build.add(x, root), build.constant(0.5));
    return build.select(build.less(x, build.constant(0)), below, above);
  },
  /** 0 up to −1, then (x + 1)² / 4, x from 1 on. */
  sparsePlus(build: Builder, x: Node) {
    const one = build.constant(1);
    const inside = build.maximum(build.minimum(x, one), build.constant(-1));
    const shifted = build.add(inside, one);
    const curve = build.multiply(build.multiply(shifted, shifted), build.constant(0.25));
    return build.add(curve, build.relu(build.subtract(x, one)));
  },
  /** (x + 1) / 2, from 0 to 1. */
  sparseSigmoid(build: Builder, x: Node) {
    const half = build.multiply(build.add(x, build.constant(1)), build.constant(0.5));
    return upTo(build, build.relu(half), 1);
  },
  /** x / (1 + |x|) */
  softsign: (build: Builder, x: Node) =>
    build.divide(x, build.add(build.constant(1), build.absolute(x))),
  /** x · tanh(ln(1 + eˣ)), within 4.5 ulp: 0 from −87.3 down, NaN at −∞. Misra, BMVC 2020. */
  mish: (build: Builder, x: Node) => build.multiply(x, build.tanh(build.softplus(x))),
  /** eˣ / Σ eˣ along the last axis. */
  softmax: (build: Builder, x: Node) => build.softmax(x),
  /** max(x − τ, 0) along the last axis, as Keras computes it. Martins and Astudillo, ICML 2016. */
  sparsemax,
  /** ln softmax(x) along the last axis. */
  logSoftmax: (build: Builder, x: Node) => build.logSoftmax(x),
  /** eˣ */
  exponential: (build: Builder, x: Node) => build.exponential(x),
} as const satisfies Record<string, (build: Builder, x: Node) => Node>;

export type ActivationName = keyof typeof activations;

export const activationNames = Object.keys(activations) as readonly ActivationName[];

/** Applies an activation by name. */
export function activate(name: ActivationName, build: Builder, x: Node): Node {
  return activations[name](build, x);
}
