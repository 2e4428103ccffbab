// One line of pixels to another number of pixels: which pixels count for each result, and how much. Everything
// that resizes is made of this, once along rows and once along columns.

import type { Interpolation } from "../core/interpolation.ts";

/** For each result: the first pixel that counts, how many do, and their weights, which sum to 1. */
export interface LineWeights {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** `width` weights for each result; those past its count are 0. */
  readonly weights: Float64Array;
  readonly width: number;
}

/** A window of a filter: its weights by distance in pixels, 0 from `radius` on. */
interface Window {
  readonly radius: number;
  weigh(distance: number): number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Duchon, 1979. */
const lanczos = (radius: number): Window => ({
  radius,
  weigh: (x) => (Math.abs(x) < radius ? sinc(x) * sinc(x / radius) : 0),
});

const windows: Readonly<Record<Exclude<Interpolation, "nearest" | "area">, Window>> = {
  bilinear: { radius: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Keys, 1981, with a = −½, as in Pillow, TensorFlow and JAX; PyTorch and OpenCV have −¾.
  bicubic: {
    radius: 2,
    weigh(distance) {
      const x = Math.abs(distance);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** A part of a line, in pixels from its beginning; its ends need not be whole numbers. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How a line is resized. */
export interface Resampling {
  readonly interpolation: Interpolation;
  /** Whether the window widens where the line shrinks, so that every pixel counts. */
  readonly antialias: boolean;
}

/** Lines of the last pictures: those of a folder are often of one size. */
const recent = new Map<string, LineWeights>();
const mostRecent = 16;

/**
 * How the part `span` of a line of `size` pixels becomes `length` pixels. Positions are those of the pixels'
 * middles; at the ends of the line the window is cut, and what is left of it sums to 1. Nobody changes the result.
 */
export function lineWeights(
  size: number,
  span: Span,
  length: number,
  resampling: Resampling,
): LineWeights {
  const { interpolation, antialias } = resampling;
  const key = [size, span.from, span.to, length, interpolation, antialias].join();
  const weights = recent.get(key) ?? newWeights(size, span, length, resampling);
  recent.delete(key);
  recent.set(key, weights);
  if (recent.size > mostRecent) recent.delete(recent.keys().next().value ?? key);
  return weights;
}

function newWeights(
  size: number,
  span: Span,
  length: number,
  { interpolation, antialias }: Resampling,
): LineWeights {
  if (interpolation === "nearest") return nearestPixels(size, span, length);
  if (interpolation === "area") return coveredPixels(size, span, length);
  const { radius, weigh } = windows[interpolation];
  const scale = (span.to - span.from) / length;
  const stretch = antialias ? Math.max(1, scale) : 1;
  const support = radius * stretch;
  return weightsOf(size, length, Math.ceil(support) * 2 + 1, (i) => {
    const centre = span.from + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(size, Math.trunc(centre + support + 0.5));
    return { first, last, weightAt: (x) => weigh((x - centre + 0.5) * (1 / stretch)) };
  });
}

/** The pixels from `first` up to `last`, and what they weigh before they sum to 1. */
interface Reach {
  readonly first: number;
  readonly last: number;
  weightAt(x: number): number;
}

function weightsOf(
  size: number,
  length: number,
  most: number,
  reachOf: (i: number) => Reach,
): LineWeights {
  const width = Math.min(size, most);
  const starts = new Int32Array(length);
  const counts = new Int32Array(length);
  const weights = new Float64Array(length * width);
  for (let i = 0; i < length; i++) {
    const { first, last, weightAt } = reachOf(i);
    starts[i] = first;
    counts[i] = last - first;
    let sum = 0;
    for (let x = first; x < last; x++) {
      const weight = weightAt(x);
      weights[i * width + x - first] = weight;
      sum += weight;
    }
    for (let k = 0; k < last - first; k++) if (sum !== 0) weights[i * width + k] /= sum;
  }
  return { starts, counts, weights, width };
}

/** Positions add up step by step, as Pillow has them: so both fall on the same side of a boundary. */
function nearestPixels(size: number, { from, to }: Span, length: number): LineWeights {
  const scale = (to - from) / length;
  const starts = new Int32Array(length);
  let position = from + scale * 0.5;
  for (let i = 0; i < length; i++) {
    starts[i] = Math.min(size - 1, Math.trunc(position));
    position += scale;
  }
  const one = new Int32Array(length).fill(1);
  return { starts, counts: one, weights: new Float64Array(length).fill(1), width: 1 };
}

/** Each pixel counts by how much of it the result covers. */
function coveredPixels(size: number, { from, to }: Span, length: number): LineWeights {
  const part = to - from;
  return weightsOf(size, length, Math.ceil(part / length) + 2, (i) => {
    const start = from + (i * part) / length;
    const end = Math.min(size, from + ((i + 1) * part) / length);
    const first = Math.min(size - 1, Math.floor(start));
    const last = Math.max(first + 1, Math.min(size, Math.ceil(end)));
    return { first, last, weightAt: (x) => Math.min(x + 1, end) - Math.max(x, start) };
  });
}
