// What the ops that sample images share: which pixels a position lies between, how much each of them
// counts, and what stands for pixels outside. Along each axis by itself, as numbers and as formulas.

import type { Shape } from "../../core/shape.ts";
import { sizeOf } from "../../core/shape.ts";
import { constant, type Expression, scalar } from "../expression.ts";
import type { SampleInput, TensorType } from "../op.ts";
import type { FillMode, SamplingOptions } from "../vocabulary.ts";
import { floating, requireShape } from "./operands.ts";

type Formula = Expression<number>;

const number = (value: number) => constant<number>(value);

/** A pixel along one axis, and how much it counts: 0 where it lies outside and a constant fills. */
interface Tap<T> {
  readonly at: T;
  readonly weight: T;
}

/** After how many pixels a fill mode repeats what it shows. */
function periodOf(fillMode: FillMode, length: number): number {
  if (fillMode === "mirror") return Math.max(1, 2 * length - 2);
  return fillMode === "reflect" ? 2 * length : length;
}

/** The pixel that is shown at `at`, a whole number: inside where the fill mode repeats or mirrors. */
function folded(at: number, length: number, fillMode: FillMode): number {
  if (fillMode === "nearest") return Math.min(Math.max(at, 0), length - 1);
  if (fillMode === "constant") return at;
  const period = periodOf(fillMode, length);
  const within = at - period * Math.floor((at + 0.5) / period);
  if (fillMode === "wrap") return within;
  return Math.min(within, (fillMode === "mirror" ? period : period - 1) - within);
}

/** The same as a formula over whole numbers in f32; a lookup moves what is outside to the border. */
function foldedFormula(at: Formula, length: number, fillMode: FillMode): Formula {
  if (fillMode === "nearest" || fillMode === "constant") return at;
  const period = periodOf(fillMode, length);
  const rounds = scalar(
    "floor",
    scalar("multiply", scalar("add", at, number(0.5)), number(1 / period)),
  );
  const within = scalar("subtract", at, scalar("multiply", rounds, number(period)));
  if (fillMode === "wrap") return within;
  const last = number(fillMode === "mirror" ? period : period - 1);
  return scalar("minimum", within, scalar("subtract", last, within));
}

/** The pixels along an axis of `length` that the value at `position` is made of. */
export function tapsAt(
  position: number,
  length: number,
  { interpolation, fillMode }: SamplingOptions,
): Tap<number>[] {
  const first = Math.floor(interpolation === "nearest" ? position + 0.5 : position);
  const share = position - first;
  const taps =
    interpolation === "nearest"
      ? [{ at: first, weight: 1 }]
      : [
          { at: first, weight: 1 - share },
          { at: first + 1, weight: share },
        ];
  return taps.map(({ at, weight }) => {
    const inside = fillMode !== "constant" || (at >= 0 && at < length);
    return { at: folded(at, length, fillMode), weight: inside ? weight : 0 };
  });
}

/** The same as formulas: whole numbers in f32, inside or next to the border that they stand for. */
export function tapFormulas(
  position: Formula,
  length: number,
  { interpolation, fillMode }: SamplingOptions,
): Tap<Formula>[] {
  const isNearest = interpolation === "nearest";
  const first = scalar("floor", isNearest ? scalar("add", position, number(0.5)) : position);
  const share = scalar("subtract", position, first);
  const taps = isNearest
    ? [{ at: first, weight: number(1) }]
    : [
        { at: first, weight: scalar("subtract", number(1), share) },
        { at: scalar("add", first, number(1)), weight: share },
      ];
  return taps.map(({ at, weight }) => {
    if (fillMode !== "constant") return { at: foldedFormula(at, length, fillMode), weight };
    const none = number(0);
    const below = scalar("select", scalar("less", at, none), none, weight);
    const beyond = scalar("lessEqual", number(length), at);
    return { at, weight: scalar("select", beyond, none, below) };
  });
}

/** Σ of formulas. */
export function sumOf(terms: readonly Formula[]): Formula {
  return terms.reduce((sum, term) => scalar("add", sum, term));
}

/** @throws ShapeError unless rows and columns are `[N, P, Q]` for `count` images. */
export function requirePositions(
  op: string,
  count: number,
  rows: TensorType,
  columns: TensorType,
): readonly [height: number, width: number] {
  const [, height, width] = rows.shape;
  requireShape(op, "rows", rows, [count, height ?? 1, width ?? 1]);
  requireShape(op, "columns", columns, [count, height ?? 1, width ?? 1]);
  floating(op, [rows, columns]);
  return [height, width];
}

/** Calls `visit(image element, result element, weight)` for all that counts in a naive sampling. */
export function forEachSample(
  image: Shape,
  [rows, columns]: readonly { readonly data: ArrayLike<number>; readonly shape: Shape }[],
  options: SamplingOptions,
  visit: (from: number, to: number, weight: number) => void,
): void {
  const [, height, width, channels] = image;
  const perImage = sizeOf(rows.shape.slice(1));
  for (let i = 0; i < sizeOf(rows.shape); i++) {
    const n = Math.floor(i / perImage);
    for (const row of tapsAt(rows.data[i], height, options)) {
      for (const column of tapsAt(columns.data[i], width, options)) {
        const weight = row.weight * column.weight;
        if (weight === 0) continue;
        const from = ((n * height + row.at) * width + column.at) * channels;
        for (let c = 0; c < channels; c++) visit(from + c, i * channels + c, weight);
      }
    }
  }
}

/** Images, positions and ways to sample: beyond every border, for one channel and for several. */
export const samplingCases = (
  [
    [[2, 5, 7, 1], [4, 6], "bilinear", "constant", 0.25],
    [[2, 5, 4, 3], [3, 5], "bilinear", "reflect", 0],
    [[1, 3, 4, 1], [5, 9], "bilinear", "wrap", 0],
    [[2, 4, 4, 2], [3, 3], "bilinear", "nearest", 0],
    [[1, 4, 3, 1], [6, 3], "bilinear", "mirror", 0],
    [[1, 1, 1, 2], [2, 3], "bilinear", "mirror", 0],
    [[2, 4, 5, 1], [3, 33], "nearest", "constant", -1],
    [[1, 4, 5, 17], [3, 4], "nearest", "reflect", 0],
    [[1, 4, 5, 1], [3, 4], "nearest", "wrap", 0],
    [[1, 4, 5, 1], [3, 4], "nearest", "nearest", 0],
  ] as const
).map(([image, size, interpolation, fillMode, fillValue]) => {
  const [count, height, width, channels] = image;
  const positions = (length: number): SampleInput => ({
    shape: [count, ...size],
    range: [-1.5 * length, 2.5 * length],
  });
  return {
    image,
    result: [count, ...size, channels],
    positions: [positions(height), positions(width)],
    attributes: { interpolation, fillMode, fillValue } satisfies SamplingOptions,
  };
});
