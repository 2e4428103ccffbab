// How weights begin. Floor 4. Each is drawn from a stream of its own, so adding a layer changes no
// other layer's numbers. Formulas and defaults are Keras's.

import { ConfigError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";

/** Inputs and outputs of one unit: for a filter [R, S, C, K], R · S · C and R · S · K. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

function fansOf(shape: Shape): Fans {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const taps = sizeOf(shape.slice(0, -2));
  return { fanIn: taps * shape[shape.length - 2], fanOut: taps * shape[shape.length - 1] };
}

/** Standard deviation of a unit normal that is cut off at ±2. */
const truncatedDeviation = 0.87962566103423978;

function truncatedNormal(random: RandomStream, deviation: number): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return (value * deviation) / truncatedDeviation;
  }
}

const uniform = (random: RandomStream, variance: number) =>
  (2 * random.uniform() - 1) * Math.sqrt(3 * variance);
const normal = (random: RandomStream, variance: number) =>
  truncatedNormal(random, Math.sqrt(variance));

const initializers = {
  zeros: () => 0,
  ones: () => 1,
  /** Uniform with variance 2 / (fanIn + fanOut). Glorot and Bengio, AISTATS 2010. */
  glorotUniform: (random, { fanIn, fanOut }) => uniform(random, 2 / (fanIn + fanOut)),
  /** The same variance, from a normal cut off at two deviations. */
  glorotNormal: (random, { fanIn, fanOut }) => normal(random, 2 / (fanIn + fanOut)),
  /** Uniform with variance 2 / fanIn. He et al., ICCV 2015. */
  heUniform: (random, { fanIn }) => uniform(random, 2 / fanIn),
  heNormal: (random, { fanIn }) => normal(random, 2 / fanIn),
  /** Uniform with variance 1 / fanIn. LeCun et al., 1998. */
  lecunUniform: (random, { fanIn }) => uniform(random, 1 / fanIn),
  lecunNormal: (random, { fanIn }) => normal(random, 1 / fanIn),
} as const satisfies Record<string, (random: RandomStream, fans: Fans) => number>;

export type InitializerName = keyof typeof initializers;

/** @throws ConfigError unless `name` is an initializer. */
export function requireInitializer(name: string): asserts name is InitializerName {
  if (Object.hasOwn(initializers, name)) return;
  throw new ConfigError({
    what: "There is no such initializer.",
    expected: Object.keys(initializers).join(", "),
    received: name,
  });
}

/** First values for a weight of `shape`. The same seed and stream give the same values. */
export function initialize(
  name: InitializerName,
  shape: Shape,
  seed: number,
  stream: number,
): Float32Array {
  const random = new RandomStream(seed, stream);
  const fans = fansOf(shape);
  const draw: (random: RandomStream, fans: Fans) => number = initializers[name];
  return Float32Array.from({ length: sizeOf(shape) }, () => draw(random, fans));
}
