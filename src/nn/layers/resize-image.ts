// Images of another size: what `resizing` and `centerCrop` share. Floor 4. Positions are those of
// the pixels' middles, as in TensorFlow 2 and PyTorch.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Interpolation } from "./interpolation.ts";

/** Rows and columns. */
export type ImageSize = readonly [number, number];

/**
 * `lines [L, …] → [length, …]`, each result taken from the nearest line, or from the two nearest.
 */
function pickLines(build: Builder, lines: Node, length: number, kind: Interpolation): Node {
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

/** The same with a window that widens where the image shrinks: all lines under it count. */
function averageLines(build: Builder, lines: Node, length: number): Node {
  const [size, ...rest] = lines.shape;
  const middles = build.reshape(build.samplePositions(size, size), [1, size]);
  const positions = build.reshape(build.samplePositions(size, length), [length, 1]);
  const distance = build.absolute(build.subtract(middles, positions));
  const width = build.constant(1 / Math.max(1, size / length));
  const weights = build.relu(build.subtract(build.constant(1), build.multiply(distance, width)));
  const sums = build.sum(weights, { axes: [1], keepDimensions: true });
  const flat = build.reshape(lines, [size, rest.reduce((a, b) => a * b, 1)]);
  return build.reshape(build.matmul(build.divide(weights, sums), flat), [length, ...rest]);
}

/** `[N, H, W, C] → [N, P, Q, C]`; `antialias` counts for `bilinear` alone. */
export function resizeImage(
  build: Builder,
  x: Node,
  [rows, columns]: ImageSize,
  kind: Interpolation,
  antialias: boolean,
): Node {
  const resize = (lines: Node, length: number) => {
    if (lines.shape[0] === length) return lines;
    return antialias && kind === "bilinear"
      ? averageLines(build, lines, length)
      : pickLines(build, lines, length, kind);
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
