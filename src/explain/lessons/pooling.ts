// Pooling with its numbers: what each window holds, and what stays of it.

import { type OptionNames, requireKnownOptions, requireWord } from "../../core/option.ts";
import { resolveWindow } from "../../graph/window.ts";
import { type Pair, pairOf, requirePadding } from "../../nn/layer.ts";
import {
  type ArrayLike2d,
  filled,
  planesOf,
  type Rows,
  requireFew,
  sizeOfPlanes,
} from "./planes.ts";

/** Ways to join the numbers of a window. */
export const poolings = ["max", "average", "globalMax", "globalAverage"] as const;

/** A way to join the numbers of a window. */
export type PoolingKind = (typeof poolings)[number];

/** How an array is pooled: as in `layers.maxPooling2d`. */
export interface PoolingOptions {
  /** `max`, `average`, or of all numbers `globalMax` and `globalAverage`. Default: `max`. */
  readonly kind?: PoolingKind;
  /** Rows and columns of a window. Default: 2. */
  readonly poolSize?: Pair;
  /** Steps down and right. Default: `poolSize`. */
  readonly strides?: Pair;
  /** `same` lets windows reach past the border, where nothing counts. Default: `valid`. */
  readonly padding?: "valid" | "same";
}

const names: OptionNames<PoolingOptions> = {
  kind: true,
  poolSize: true,
  strides: true,
  padding: true,
};

/** A number of a window, and where it stands in the array. */
export interface PooledNumber {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** One window, and what stays of it. */
export interface PoolingStep {
  /** The row and the column of the result. */
  readonly row: number;
  readonly column: number;
  /** The numbers of the window that lie in the array. */
  readonly window: readonly PooledNumber[];
  /** Which of them a maximum takes: the first of the largest. Absent for means. */
  readonly chosen?: PooledNumber;
  readonly result: number;
}

/** Pooling with all its numbers. */
export interface PoolingLesson {
  readonly kind: PoolingKind;
  /** `[H][W]` */
  readonly input: Rows;
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly steps: readonly PoolingStep[];
  /** `[P][Q]` */
  readonly output: Rows;
}

/**
 * Pooling of an array, window by window. Layers do so for each channel by itself.
 *
 * @param input Rows of numbers, or a tensor `[H, W]`.
 * @throws ShapeError where a window does not fit, ConfigError where an option cannot be used.
 * @example explain.pooling([[1, 3], [5, 6]], { kind: "average" }).output // [[3.75]]
 */
export function pooling(input: ArrayLike2d, options: PoolingOptions = {}): PoolingLesson {
  requireKnownOptions("explain.pooling", options, names, '{ kind: "max", poolSize: 2 }');
  const { kind = "max", padding = "valid" } = options;
  requireWord("kind", kind, poolings);
  requirePadding(padding);
  const planes = planesOf("input", input);
  const size = sizeOfPlanes(planes);
  const [rows] = planes;
  const isGlobal = kind === "globalMax" || kind === "globalAverage";
  const isMaximum = kind === "max" || kind === "globalMax";
  const poolSize = isGlobal ? size : pairOf(options.poolSize ?? 2, "poolSize");
  const strides = isGlobal ? size : pairOf(options.strides ?? options.poolSize ?? 2, "strides");
  const [down, across] = resolveWindow(size, poolSize, { strides, padding });
  requireFew("explain.pooling", down.output * across.output * poolSize[0] * poolSize[1]);
  const stepAt = (row: number, column: number): PoolingStep => {
    const window = Array.from({ length: poolSize[0] * poolSize[1] }, (_, i) => {
      const y = row * down.stride - down.before + Math.floor(i / poolSize[1]);
      const x = column * across.stride - across.before + (i % poolSize[1]);
      return { row: y, column: x, value: rows[y]?.[x] };
    }).filter((one): one is PooledNumber => one.value !== undefined);
    if (!isMaximum) {
      const sum = window.reduce((total, { value }) => total + value, 0);
      return { row, column, window, result: sum / window.length };
    }
    const chosen = window.reduce((best, one) => (one.value > best.value ? one : best));
    return { row, column, window, chosen, result: chosen.value };
  };
  const steps = Array.from({ length: down.output * across.output }, (_, i) =>
    stepAt(Math.floor(i / across.output), i % across.output),
  );
  const output = filled(
    [down.output, across.output],
    (row, column) => steps[row * across.output + column].result,
  );
  return { kind, input: rows, poolSize, strides, steps, output };
}
