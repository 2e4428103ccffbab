// Methods that need no gradient: parts of the picture are covered, and the score says what they were worth.

import { RandomStream } from "../../core/random.ts";
import { type Plane, plane, positive, resizePlane, toUnitRange } from "../map.ts";
import type { Values } from "../probe.ts";
import type { AttributionMethod } from "./method.ts";

/** Pictures that are scored at once. */
const most = 64;

/** A plane as the values `[1, h, w, 1]` of a finding. */
const asValues = ({ data, shape }: Plane): Values => ({ data, shape: [1, ...shape, 1] });

export const occlusion: AttributionMethod = {
  title: "Occlusion",
  shows: "How far the score falls when a patch is covered.",
  misleads: "The patch's size decides what can be seen, and a covered picture is unlike any other.",
  paper: "Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014",
  looksAt: "input",
  options: ["window", "stride", "baseline"],
  async explain({ probe, x, target, of, size, options: { window, stride, baseline } }) {
    const [height, width] = size;
    const depth = x.shape[3];
    const [whole] = await probe.scores(x, target, of);
    const starts = (side: number) =>
      Array.from(
        { length: Math.ceil(Math.max(0, side - window) / stride) + 1 },
        (_, i) => i * stride,
      );
    const patches = starts(height).flatMap((top) => starts(width).map((left) => ({ top, left })));
    const sums = new Float64Array(height * width);
    const counts = new Uint32Array(height * width);
    const eachPixel = ({ top, left }: (typeof patches)[0], visit: (pixel: number) => void) => {
      for (let row = top; row < Math.min(top + window, height); row++) {
        for (let column = left; column < Math.min(left + window, width); column++) {
          visit(row * width + column);
        }
      }
    };
    for (let first = 0; first < patches.length; first += most) {
      const some = patches.slice(first, first + most);
      const data = new Float32Array(some.length * x.data.length);
      some.forEach((patch, n) => {
        data.set(x.data, n * x.data.length);
        eachPixel(patch, (pixel) => {
          const start = n * x.data.length + pixel * depth;
          data.fill(baseline, start, start + depth);
        });
      });
      const covered = { data, shape: [some.length, ...x.shape.slice(1)] };
      const scores = await probe.scores(covered, target, of);
      some.forEach((patch, n) => {
        eachPixel(patch, (pixel) => {
          sums[pixel] += whole - scores[n];
          counts[pixel]++;
        });
      });
    }
    const map = plane(size, (i) => (counts[i] === 0 ? 0 : sums[i] / counts[i]));
    return { map: positive(map), values: asValues(map) };
  },
};

export const rise: AttributionMethod = {
  title: "RISE",
  shows: "The mean score of random masks that leave a pixel open.",
  misleads: "It is random: with few masks, blotches are noise.",
  paper: "Petsiuk et al., RISE, BMVC 2018",
  looksAt: "input",
  options: ["masks", "cells", "open", "seed"],
  async explain({ probe, x, target, of, size, options: { masks, cells, open, seed } }) {
    const [height, width] = size;
    const depth = x.shape[3];
    const pixels = height * width;
    const sums = new Float64Array(pixels);
    const stream = new RandomStream(seed);
    for (let first = 0; first < masks; first += most) {
      const batch = Math.min(most, masks - first);
      const drawn = Array.from({ length: batch }, () => maskOf(stream, { cells, open, size }));
      const data = new Float32Array(batch * x.data.length);
      drawn.forEach((mask, n) => {
        for (let i = 0; i < x.data.length; i++) {
          data[n * x.data.length + i] = x.data[i] * mask[Math.floor(i / depth)];
        }
      });
      const seen = { data, shape: [batch, ...x.shape.slice(1)] };
      const scores = await probe.scores(seen, target, of);
      drawn.forEach((mask, n) => {
        for (let i = 0; i < pixels; i++) sums[i] += scores[n] * mask[i];
      });
    }
    const map = plane(size, (i) => sums[i] / (masks * open));
    return { map: toUnitRange(map), values: asValues(map) };
  },
};

/** A mask `[H · W]` of soft cells, moved by part of a cell at random. */
function maskOf(
  stream: RandomStream,
  { cells, open, size }: { cells: number; open: number; size: readonly [number, number] },
): Float32Array {
  const [height, width] = size;
  const cell = [Math.ceil(height / cells), Math.ceil(width / cells)];
  const grid = plane([cells, cells], () => (stream.uniform() < open ? 1 : 0));
  const wide = resizePlane(grid, [(cells + 1) * cell[0], (cells + 1) * cell[1]]);
  const top = Math.floor(stream.uniform() * cell[0]);
  const left = Math.floor(stream.uniform() * cell[1]);
  return Float32Array.from({ length: height * width }, (_, i) => {
    const row = Math.floor(i / width) + top;
    return wide.data[row * wide.shape[1] + (i % width) + left];
  });
}
