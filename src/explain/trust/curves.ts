// What happens to the class when the hottest pixels are taken away, or come first: deletion and insertion
// (Petsiuk et al., RISE, 2018), and ROAD (Rong et al., ICML 2022), which fills gaps in from their surroundings.

import { RandomStream } from "../../core/random.ts";
import type { Plane } from "../map.ts";
import { joined, type Probe, type Values } from "../probe.ts";
import { orderOf } from "./ranks.ts";

/** A class's probability as more and more of the picture is changed. */
export interface Curve {
  /** The share of pixels that were changed, from 0 to 1. */
  readonly shares: readonly number[];
  readonly probabilities: readonly number[];
  /** The mean height. */
  readonly area: number;
}

/** What curves are measured on. */
export interface Subject {
  readonly probe: Probe;
  /** The prepared picture, `[1, H, W, C]`. */
  readonly x: Values;
  /** The class, as a target. */
  readonly target: Values;
  readonly map: Plane;
}

/** Pixels from the hottest on. */
export const hottestFirst = (map: Plane) => orderOf(map.data).reverse();

function areaOf(values: readonly number[]): number {
  const steps = values.slice(1).map((value, i) => (value + values[i]) / 2);
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

/** `from` with the first pixels of `order` taken from `to`, for each share of `order`. */
function mixed(from: Values, to: Values, order: Int32Array, shares: readonly number[]): Values {
  const depth = from.shape[3];
  const data = new Float32Array(shares.length * from.data.length);
  shares.forEach((share, n) => {
    const start = n * from.data.length;
    data.set(from.data, start);
    for (const pixel of order.subarray(0, Math.round(share * order.length))) {
      const place = pixel * depth;
      data.set(to.data.subarray(place, place + depth), start + place);
    }
  });
  return { data, shape: [shares.length, ...from.shape.slice(1)] };
}

const sharesOf = (steps: number) => Array.from({ length: steps + 1 }, (_, i) => i / steps);

async function curveOf({ probe, target }: Subject, pictures: Values, shares: readonly number[]) {
  const scores = await probe.scores(pictures, target, "probability");
  const probabilities = [...scores];
  return { shares, probabilities, area: areaOf(probabilities) };
}

/** The picture loses its hottest pixels to the baseline: a good map makes the class fall at once. */
export function deletion(subject: Subject, steps: number, baseline: Values): Promise<Curve> {
  const shares = sharesOf(steps);
  const order = hottestFirst(subject.map);
  return curveOf(subject, mixed(subject.x, baseline, order, shares), shares);
}

/** The baseline gains the hottest pixels: a good map makes the class rise at once. */
export function insertion(subject: Subject, steps: number, baseline: Values): Promise<Curve> {
  const shares = sharesOf(steps);
  const order = hottestFirst(subject.map);
  return curveOf(subject, mixed(baseline, subject.x, order, shares), shares);
}

/** The same value everywhere: the mean of each channel. */
export function meanPicture({ data, shape }: Values): Values {
  const depth = shape[3];
  const sums = new Float64Array(depth);
  for (let i = 0; i < data.length; i++) sums[i % depth] += data[i];
  return { data: data.map((_, i) => sums[i % depth] / (data.length / depth)), shape };
}

/**
 * How far the class falls when the hottest pixels are filled in from their surroundings, less how far it falls
 * for the coldest, averaged over shares of 20, 40, 60 and 80 percent; above 0 where the map is right.
 */
export async function road(subject: Subject, seed: number): Promise<number> {
  const shares = [0.2, 0.4, 0.6, 0.8];
  const hottest = hottestFirst(subject.map);
  const coldest = orderOf(subject.map.data);
  const filled = (order: Int32Array) =>
    shares.map((share) =>
      fillIn(subject.x, order.subarray(0, Math.round(share * order.length)), seed),
    );
  const pictures = joined([...filled(hottest), ...filled(coldest)]);
  const scores = await subject.probe.scores(pictures, subject.target, "probability");
  const mean = (first: number) =>
    shares.reduce((sum, _, i) => sum + scores[first + i], 0) / shares.length;
  return (mean(shares.length) - mean(0)) / 2;
}

/** Neighbours of a pixel, and how much each counts: sides twice as much as corners. */
const around = [-1, 0, 1].flatMap((row) =>
  [-1, 0, 1]
    .filter((column) => row !== 0 || column !== 0)
    .map((column) => ({ row, column, weight: row === 0 || column === 0 ? 2 : 1 })),
);

/** Sweeps over the gaps; the values are settled well before. */
const sweeps = 200;

/** Each missing pixel becomes the mean of its neighbours, missing ones too, with a little noise. */
function fillIn(picture: Values, missing: Int32Array, seed: number): Values {
  const [, height, width, depth] = picture.shape;
  const data = Float32Array.from(meanPicture(picture).data);
  const isMissing = new Uint8Array(height * width);
  for (const pixel of missing) isMissing[pixel] = 1;
  for (let i = 0; i < data.length; i++) {
    if (isMissing[Math.floor(i / depth)] === 0) data[i] = picture.data[i];
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = 0;
    for (const pixel of missing) {
      const [row, column] = [Math.floor(pixel / width), pixel % width];
      for (let c = 0; c < depth; c++) {
        let sum = 0;
        let total = 0;
        for (const { row: dy, column: dx, weight } of around) {
          const [y, x] = [row + dy, column + dx];
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          sum += weight * data[(y * width + x) * depth + c];
          total += weight;
        }
        const next = total === 0 ? data[pixel * depth + c] : sum / total;
        moved = Math.max(moved, Math.abs(next - data[pixel * depth + c]));
        data[pixel * depth + c] = next;
      }
    }
    if (moved < 1e-4) break;
  }
  const stream = new RandomStream(seed);
  const low = picture.data.reduce((a, b) => Math.min(a, b));
  const high = picture.data.reduce((a, b) => Math.max(a, b));
  for (const pixel of missing) {
    for (let c = 0; c < depth; c++) {
      data[pixel * depth + c] += 0.01 * (high - low) * stream.normal();
    }
  }
  return { data, shape: picture.shape };
}
