// Random pictures with objects, detections and masks, the same as `random_sets.py` makes: fixtures hold answers only.

import { type Tensor, tensor } from "../../../src/core/tensor.ts";
import type * as vision from "../../../src/vision/index.ts";
import { encodeRunLengths, runLengthBox } from "../../../src/vision/masks/run-length.ts";
import { uniform } from "../shared-numbers.ts";

/** Numbers from 0 to below 1 that f32 holds, one after another. */
export class Draws {
  readonly #values: Float32Array;
  #at = 0;

  constructor(stream: number) {
    this.#values = uniform(stream, [6000], 0, 1).data;
  }

  next(): number {
    if (this.#at === this.#values.length)
      throw new Error("More numbers were drawn than there are.");
    return this.#values[this.#at++];
  }

  below(limit: number): number {
    return Math.min(limit - 1, Math.trunc(this.next() * limit));
  }
}

export type Box = readonly [number, number, number, number];

const f32Box = (...edges: [number, number, number, number]): Box => {
  const [left, top, right, bottom] = edges.map(Math.fround);
  return [left, top, right, bottom];
};

export function randomBox(draws: Draws, extent: number): Box {
  const left = draws.next() * extent;
  const top = draws.next() * extent;
  const width = 1 + draws.next() * draws.next() * extent;
  const height = 1 + draws.next() * draws.next() * extent;
  return f32Box(left, top, left + width, top + height);
}

export function boxTensor(boxes: readonly Box[]): Tensor<Float32Array> {
  return tensor(Float32Array.from(boxes.flat()), [boxes.length, 4]);
}

export function randomBoxes(draws: Draws, count: number, extent: number): Tensor<Float32Array> {
  return boxTensor(Array.from({ length: count }, () => randomBox(draws, extent)));
}

interface DetectionSet {
  readonly classCount: number;
  readonly truth: readonly vision.Objects[];
  readonly detections: readonly vision.Detections[];
}

export function randomDetections(stream: number): DetectionSet {
  const draws = new Draws(stream);
  const pictures = 2 + draws.below(4);
  const classCount = 1 + draws.below(4);
  // Coarse scores make ties.
  const steps = draws.next() < 0.5 ? 10 : 1000;
  const score = () => Math.fround((1 + draws.below(steps)) / steps);
  const truth: vision.Objects[] = [];
  const detections: vision.Detections[] = [];
  for (let picture = 0; picture < pictures; picture++) {
    const objects: { box: Box; label: number; isCrowd: boolean }[] = [];
    const found: { box: Box; label: number; score: number }[] = [];
    for (let count = draws.below(7); count > 0; count--) {
      const box = randomBox(draws, 220);
      const label = draws.below(classCount);
      objects.push({ box, label, isCrowd: draws.next() < 0.12 });
      while (draws.next() < 0.6) {
        const width = box[2] - box[0];
        const height = box[3] - box[1];
        const left = box[0] + (draws.next() - 0.5) * 0.3 * width;
        const top = box[1] + (draws.next() - 0.5) * 0.3 * height;
        const right = left + (0.8 + draws.next() * 0.4) * width;
        const bottom = top + (0.8 + draws.next() * 0.4) * height;
        const seen = draws.next() < 0.85 ? label : draws.below(classCount);
        found.push({ box: f32Box(left, top, right, bottom), label: seen, score: score() });
      }
    }
    for (let count = draws.below(4); count > 0; count--) {
      const box = randomBox(draws, 220);
      const label = draws.below(classCount);
      found.push({ box, label, score: score() });
    }
    truth.push({
      boxes: boxTensor(objects.map(({ box }) => box)),
      classes: Int32Array.from(objects, ({ label }) => label),
      ignored: Uint8Array.from(objects, ({ isCrowd }) => Number(isCrowd)),
    });
    detections.push({
      boxes: boxTensor(found.map(({ box }) => box)),
      classes: Int32Array.from(found, ({ label }) => label),
      scores: Float32Array.from(found, (one) => one.score),
    });
  }
  return { classCount, truth, detections };
}

/** Some rectangles, of which each turns inside and outside. */
export function randomMask(draws: Draws, height: number, width: number): Tensor<Uint8Array> {
  const mask = tensor(new Uint8Array(height * width), [height, width]);
  for (let count = 1 + draws.below(4); count > 0; count--) {
    const [top, left] = [draws.below(height), draws.below(width)];
    const bottom = top + 1 + draws.below(height);
    const right = left + 1 + draws.below(width);
    turn(mask, top, left, bottom, right);
  }
  return mask;
}

/** The same with masks; boxes are those around them. */
export function randomMasks(stream: number): DetectionSet {
  const draws = new Draws(stream);
  const pictures = 1 + draws.below(3);
  const classCount = 1 + draws.below(3);
  // Coarse scores make ties.
  const steps = draws.next() < 0.5 ? 10 : 1000;
  const score = () => Math.fround((1 + draws.below(steps)) / steps);
  const truth: vision.Objects[] = [];
  const detections: vision.Detections[] = [];
  for (let picture = 0; picture < pictures; picture++) {
    const [height, width] = [20 + draws.below(140), 20 + draws.below(140)];
    const objects: { mask: Tensor<Uint8Array>; label: number; isCrowd: boolean }[] = [];
    const found: { mask: Tensor<Uint8Array>; label: number; score: number }[] = [];
    for (let count = draws.below(6); count > 0; count--) {
      const mask = randomMask(draws, height, width);
      const label = draws.below(classCount);
      objects.push({ mask, label, isCrowd: draws.next() < 0.15 });
      while (draws.next() < 0.6) {
        const [top, left] = [draws.below(height), draws.below(width)];
        const bottom = top + 1 + draws.below(height);
        const right = left + 1 + draws.below(width);
        const seen = tensor(mask.data.slice(), [height, width]);
        turn(seen, top, left, bottom, right);
        const seenAs = draws.next() < 0.85 ? label : draws.below(classCount);
        found.push({ mask: seen, label: seenAs, score: score() });
      }
    }
    for (let count = draws.below(3); count > 0; count--) {
      const mask = randomMask(draws, height, width);
      const label = draws.below(classCount);
      found.push({ mask, label, score: score() });
    }
    truth.push({
      ...masked(objects.map(({ mask }) => mask)),
      classes: Int32Array.from(objects, ({ label }) => label),
      ignored: Uint8Array.from(objects, ({ isCrowd }) => Number(isCrowd)),
    });
    detections.push({
      ...masked(found.map(({ mask }) => mask)),
      classes: Int32Array.from(found, ({ label }) => label),
      scores: Float32Array.from(found, (one) => one.score),
    });
  }
  return { classCount, truth, detections };
}

function masked(masks: readonly Tensor<Uint8Array>[]) {
  const codes = masks.map((mask) => encodeRunLengths(mask));
  return { masks: codes, boxes: boxTensor(codes.map((code) => runLengthBox(code))) };
}

/** Turns what is inside of a rectangle outside, and back. */
function turn({ data, shape }: Tensor<Uint8Array>, ...edges: [number, number, number, number]) {
  const [[height, width], [top, left, bottom, right]] = [shape, edges];
  for (let y = top; y < Math.min(bottom, height); y++) {
    for (let x = left; x < Math.min(right, width); x++) data[y * width + x] ^= 1;
  }
}

/** Corners inside and a little outside of the picture, as they come: many cross themselves. */
export function randomPolygon(draws: Draws, height: number, width: number): number[] {
  const grain = [1, 2, 0][draws.below(3)];
  const numbers: number[] = [];
  for (let count = 3 + draws.below(6); count > 0; count--) {
    for (const extent of [width, height]) {
      const value = (draws.next() * 1.5 - 0.25) * extent;
      numbers.push(grain === 0 ? value : Math.floor(value * grain) / grain);
    }
  }
  return numbers;
}
