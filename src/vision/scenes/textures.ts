// Backgrounds that are computed: clouds, stripes, checks, bricks, cells, rings, speckles. Each picture draws its kind, its
// colours and its measures, so that no two are alike.

import type { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Color } from "../../images/channels.ts";
import { distinctColor, randomColor } from "./colors.ts";
import { fractalNoise, latticeNoise, mix, smooth, valueNoise } from "./noise.ts";

/** A picture to lay objects on. */
export interface Background {
  /** `[H, W, 3]`. */
  readonly image: Tensor<Uint8Array>;
  /** Colours that objects on it should differ from. */
  readonly colors: readonly Color[];
}

/** How strong each of two colours is at a place, 0 to 1. Places are in pixels. */
type Pattern = (x: number, y: number) => number;

/** Draws the measures of a pattern; `scale` is the length of its parts in pixels. */
type PatternMaker = (random: RandomStream, scale: number, seed: number) => Pattern;

const fraction = (value: number) => value - Math.floor(value);

/** A soft step at 0.5, about `width` wide. */
const edge = (value: number, width: number) =>
  smooth(Math.min(1, Math.max(0, (value - 0.5) / width + 0.5)));

const patterns = {
  clouds: (_random, scale, seed) => (x, y) => {
    const strength = fractalNoise(x / scale / 2, y / scale / 2, seed, 4);
    return smooth(Math.min(1, Math.max(0, 2 * strength - 0.5)));
  },
  stripes: (random, scale, seed) => {
    const bend = random.uniform() * 1.5;
    return (x, y) => {
      const wave = fraction(x / scale + bend * valueNoise(x / scale / 3, y / scale / 3, seed));
      return edge(Math.abs(2 * wave - 1), 0.4);
    };
  },
  checks: (_random, scale) => (x, y) =>
    (Math.floor(x / scale) + Math.floor(y / scale)) % 2 === 0 ? 0.15 : 0.85,
  bricks: (random, scale, seed) => {
    const joint = 0.08 + 0.08 * random.uniform();
    return (x, y) => {
      const row = Math.floor(y / scale);
      const along = x / scale / 2 + (row % 2) / 2;
      const isJoint = fraction(y / scale) < joint || fraction(along) < joint / 2;
      return isJoint ? 1 : 0.4 * latticeNoise(Math.floor(along), row, seed);
    };
  },
  cells: (_random, scale, seed) => (x, y) => cellDistance(x / scale, y / scale, seed),
  rings: (random, scale, seed) => {
    const [left, top] = [400 * random.uniform(), 400 * random.uniform()];
    return (x, y) => {
      const distance = Math.hypot(x - left, (y - top) * 1.3) / scale;
      return edge(fraction(distance + valueNoise(x / scale / 2, y / scale / 2, seed)), 0.8);
    };
  },
  speckles: (_random, scale, seed) => (x, y) =>
    edge(valueNoise((3 * x) / scale, (3 * y) / scale, seed) - 0.15, 0.2),
} as const satisfies Record<string, PatternMaker>;

const patternNames = Object.keys(patterns) as (keyof typeof patterns)[];

/** The distance to the nearest of points that are scattered one to a square of the grid. Worley, 1996. */
function cellDistance(x: number, y: number, seed: number): number {
  let nearest = Infinity;
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
      const right = column + latticeNoise(column, row, seed) - x;
      const down = row + latticeNoise(column, row, seed + 1) - y;
      nearest = Math.min(nearest, right * right + down * down);
    }
  }
  return Math.min(1, Math.sqrt(nearest));
}

/** A random texture of a random kind: two colours in a pattern, turned by any angle, with light from one side. */
export function texture(random: RandomStream, height: number, width: number): Background {
  const side = Math.min(height, width);
  const name = patternNames[random.below(patternNames.length)];
  const seed = random.word();
  // From fine to coarse, each doubling as likely as any other.
  const scale = Math.max(3, (side / 32) * 8 ** random.uniform());
  const pattern = patterns[name](random, scale, seed);
  const first = randomColor(random);
  const second = softened(distinctColor(random, [first], 60), first, 0.3 + 0.7 * random.uniform());
  const angle = 2 * Math.PI * random.uniform();
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const light = 0.3 * (random.uniform() - 0.5);
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      // Far from 0, where patterns would be mirrored.
      const along = 1000 + cosine * x - sine * y;
      const across = 1000 + sine * x + cosine * y;
      const strength = pattern(along, across);
      const brightness = 1 + light * ((x + y) / side - 1);
      for (let c = 0; c < 3; c++) {
        const value = mix(first[c], second[c], strength) * brightness;
        data[at + c] = Math.min(255, Math.max(0, value));
      }
    }
  }
  return { image: { data, shape: [height, width, 3] }, colors: [first, second] };
}

/** `color` brought towards `other`, so that some patterns are faint. */
function softened(color: Color, other: Color, strength: number): Color {
  const [red, green, blue] = color.map((part, i) => mix(other[i], part, strength));
  return [red, green, blue];
}
