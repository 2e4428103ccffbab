// How much each pixel counts for one between pixels, by how far away it is. Kernels and their rounding
// are TensorFlow's.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** From distances in pixels, none below 0, to weights. */
export interface InterpolationKernel {
  /** Beyond this distance the weight is 0. */
  readonly radius: number;
  weigh(build: Builder, distance: Node): Node;
}

/** c₀ + c₁·x + c₂·x² + … */
function polynomial(build: Builder, x: Node, coefficients: readonly number[]): Node {
  return coefficients
    .map((coefficient) => build.constant(coefficient))
    .reduceRight((sum, coefficient) => build.add(build.multiply(sum, x), coefficient));
}

/** sin πx / π for x of at least 0, by the series for the part of x between whole numbers. */
function sine(build: Builder, x: Node): Node {
  const half = build.constant(0.5);
  const whole = build.floor(build.add(x, half));
  const part = build.subtract(x, whole);
  const isOdd = build.subtract(
    whole,
    build.multiply(build.constant(2), build.floor(build.multiply(whole, half))),
  );
  const sign = build.subtract(build.constant(1), build.multiply(build.constant(2), isOdd));
  let term = 1;
  const series = [1, 2, 3, 4, 5, 6].map((i) => {
    const now = term;
    term *= -(Math.PI ** 2) / (2 * i * (2 * i + 1));
    return now;
  });
  const even = polynomial(build, build.multiply(part, part), series);
  return build.multiply(sign, build.multiply(part, even));
}

/** 1 − x up to 1. */
const triangle: InterpolationKernel = {
  radius: 1,
  weigh: (build, x) => build.relu(build.subtract(build.constant(1), x)),
};

/** Two cubics that meet smoothly. Keys, 1981, with a = −½. */
const cubic: InterpolationKernel = {
  radius: 2,
  weigh(build, x) {
    const near = polynomial(build, x, [1, 0, -2.5, 1.5]);
    const far = polynomial(build, x, [2, -4, 2.5, -0.5]);
    const outer = build.select(build.less(x, build.constant(2)), far, build.constant(0));
    return build.select(build.less(x, build.constant(1)), near, outer);
  },
};

/** sinc x · sinc (x / radius). Duchon, 1979. */
function lanczos(radius: number): InterpolationKernel {
  return {
    radius,
    weigh(build, x) {
      // Nearer than this the weight is 1, and nothing is divided by 0.
      const small = build.constant(1e-3);
      const safe = build.maximum(x, small);
      const product = build.multiply(
        sine(build, safe),
        sine(build, build.multiply(safe, build.constant(1 / radius))),
      );
      const squares = build.multiply(safe, safe);
      const value = build.multiply(build.divide(product, squares), build.constant(radius));
      const inside = build.select(build.lessEqual(x, small), build.constant(1), value);
      const end = build.constant(radius);
      return build.select(build.lessEqual(x, end), inside, build.constant(0));
    },
  };
}

export const interpolationKernels = {
  bilinear: triangle,
  bicubic: cubic,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};
