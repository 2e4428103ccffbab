// Images of another size: what `resizing` and `centerCrop` share. Positions are those of the pixels'
// middles, as in TensorFlow 2 and PyTorch.

import type { Interpolation } from "../../core/interpolation.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { interpolationKernels } from "./interpolation-kernels.ts";

/** Rows and columns. */
export type ImageSize = readonly [number, number];

/**
 * `lines [L, …] → [length, …]`, each result taken from the nearest line, or from the two nearest.
 */
function pickLines(
  build: Builder,
  lines: Node,
  length: number,
  kind: "nearest" | "bilinear",
): Node {
  const positions = build.samplePositions(lines.shape[0], length);
  // Lines outside are moved to the nearest by `gather`.
  const lineAt = (position: Node) => build.gather(lines, build.cast(position, "i32"));
  if (kind === "nearest") return lineAt(build.floor(positions));
  const middles = build.subtract(positions, build.constant(0.5));
  const before = build.floor(middles);
  const column = [length, ...lines.shape.slice(1).map(() => 1)];
  const share = build.reshape(build.subtract(middles, before), column);
  const low = lineAt(before);
  const high = lineAt(build.add(before, build.constant(1)));
  return build.add(low, build.multiply(build.subtract(high, low), share));
}

/** `weights [length, L]`, brought to a sum of 1 for each result, on `lines [L, …]`. */
function weighLines(build: Builder, lines: Node, weights: Node): Node {
  const [size, ...rest] = lines.shape;
  const sums = build.sum(weights, { axes: [1], keepDimensions: true });
  const flat = build.reshape(lines, [size, rest.reduce((a, b) => a * b, 1)]);
  const result = build.matmul(build.divide(weights, sums), flat);
  return build.reshape(result, [weights.shape[0], ...rest]);
}

/** The middles of `size` lines as a row, and those of `length` results between them as a column. */
function placesOf(build: Builder, size: number, length: number) {
  return {
    middles: build.reshape(build.samplePositions(size, size), [1, size]),
    positions: build.reshape(build.samplePositions(size, length), [length, 1]),
  };
}

/**
 * All lines under a kernel count, by their distance. With `antialias` the kernel widens where the image
 * shrinks. TensorFlow's cubic without it knows positions to 1/1024 of a pixel.
 */
function kernelLines(
  build: Builder,
  lines: Node,
  length: number,
  kind: keyof typeof interpolationKernels,
  antialias: boolean,
): Node {
  const [size] = lines.shape;
  const { middles, positions } = placesOf(build, size, length);
  const isRounded = kind === "bicubic" && !antialias;
  const places = isRounded ? roundTo(build, positions, 1024) : positions;
  const distance = build.absolute(build.subtract(middles, places));
  const width = build.constant(antialias ? 1 / Math.max(1, size / length) : 1);
  const { weigh } = interpolationKernels[kind];
  return weighLines(build, lines, weigh(build, build.multiply(distance, width)));
}

function roundTo(build: Builder, x: Node, parts: number): Node {
  const counted = build.add(build.multiply(x, build.constant(parts)), build.constant(0.5));
  return build.multiply(build.floor(counted), build.constant(1 / parts));
}

/** Each line counts by how much of it the result covers. */
function coverLines(build: Builder, lines: Node, length: number): Node {
  const [size] = lines.shape;
  const { middles, positions } = placesOf(build, size, length);
  const half = build.constant(0.5);
  const own = build.constant(size / length / 2);
  const end = build.minimum(build.add(middles, half), build.add(positions, own));
  const start = build.maximum(build.subtract(middles, half), build.subtract(positions, own));
  return weighLines(build, lines, build.relu(build.subtract(end, start)));
}

/** `[N, H, W, C] → [N, P, Q, C]`; `antialias` counts for all kinds but `nearest` and `area`. */
export function resizeImage(
  build: Builder,
  x: Node,
  [rows, columns]: ImageSize,
  kind: Interpolation,
  antialias: boolean,
): Node {
  const resize = (lines: Node, length: number) => {
    if (lines.shape[0] === length) return lines;
    if (kind === "area") return coverLines(build, lines, length);
    const isPlain = kind === "nearest" || (kind === "bilinear" && !antialias);
    return isPlain
      ? pickLines(build, lines, length, kind)
      : kernelLines(build, lines, length, kind, antialias);
  };
  const byRow = resize(build.transpose(x, [1, 0, 2, 3]), rows);
  const byColumn = resize(build.transpose(byRow, [2, 1, 0, 3]), columns);
  return build.transpose(byColumn, [1, 2, 0, 3]);
}

/** The largest middle part of `[N, H, W, C]` with the proportions of the size. */
export function cropToAspect(build: Builder, x: Node, [rows, columns]: ImageSize): Node {
  const [count, height, width, channels] = x.shape;
  const part = (size: number, other: number, wanted: number, otherWanted: number) =>
    Math.max(1, Math.min(size, Math.floor((other * wanted) / otherWanted)));
  const cropHeight = part(height, width, rows, columns);
  const cropWidth = part(width, height, columns, rows);
  const top = Math.floor((height - cropHeight) / 2);
  const left = Math.floor((width - cropWidth) / 2);
  return build.slice(x, [0, top, left, 0], [count, cropHeight, cropWidth, channels]);
}

/** `[N, H, W, C]` in the middle of the smallest image that has the proportions of the size. */
export function padToAspect(
  build: Builder,
  x: Node,
  [rows, columns]: ImageSize,
  fillValue: number,
): Node {
  const [, height, width] = x.shape;
  const more = (size: number, other: number, wanted: number, otherWanted: number) =>
    Math.floor((Math.max(size, Math.floor((other * wanted) / otherWanted)) - size) / 2);
  const sides = [0, more(height, width, rows, columns), more(width, height, columns, rows), 0];
  return build.pad(x, sides, sides, fillValue);
}
