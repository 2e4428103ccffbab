// Weights whose rows or columns stand at right angles.

import { ShapeError } from "../../core/errors.ts";
import { requireNumber } from "../../core/option.ts";
import type { RandomStream } from "../../core/random.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { type Initializer, initializerFacts } from "./initializer.ts";

export interface OrthogonalOptions {
  /** What the orthogonal matrix is multiplied by. Default: 1. */
  readonly gain?: number;
}

/**
 * A random orthogonal matrix, times `gain`: of a weight `[…, C]`, seen as a matrix of C columns,
 * the columns stand at right angles, or the rows where there are fewer of them. Source: Saxe et
 * al., ICLR 2014; as Keras's `Orthogonal`.
 *
 * @throws ConfigError where the gain cannot be used, ShapeError where the weight has one axis.
 * @example layers.dense({ units: 10, kernelInitializer: "orthogonal" })
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const { gain = 1 } = optionsOf(orthogonal.facts, options);
  requireNumber("gain of orthogonal", gain);
  return {
    name: "orthogonal",
    options: { gain },
    check: requireMatrix,
    fill(shape, random) {
      const columns = shape[shape.length - 1];
      const rows = sizeOf(shape) / columns;
      const vectors = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
      const isTall = rows >= columns;
      return Float32Array.from({ length: rows * columns }, (_, i) => {
        const row = Math.floor(i / columns);
        const column = i % columns;
        return gain * (isTall ? vectors[column][row] : vectors[row][column]);
      });
    },
  };
}
orthogonal.facts = initializerFacts<OrthogonalOptions>({
  name: "orthogonal",
  options: { gain: "gain" },
  keras: { className: "Orthogonal", aliases: ["OrthogonalInitializer"] },
});

function requireMatrix(shape: Shape): void {
  if (shape.length >= 2) return;
  throw new ShapeError({
    what: "The initializer orthogonal works on matrices.",
    expected: "a weight of two axes or more",
    received: formatShape(shape),
    fix: "use it for a kernel",
  });
}

/**
 * `count` vectors of length 1 at right angles: normal ones, from each of which the part along those
 * before it is taken away, twice against rounding (Gram and Schmidt).
 */
function orthonormal(count: number, length: number, random: RandomStream): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of [...vectors, ...vectors]) {
      const along = dot(vector, other);
      for (let i = 0; i < length; i++) vector[i] -= along * other[i];
    }
    const size = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / size));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
