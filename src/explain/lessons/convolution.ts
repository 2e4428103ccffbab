// A convolution step by step, forward and backward: every window, product and sum as a number. Written for people to
// follow; layers compute the same in another way.

import { ShapeError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireNumber } from "../../core/option.ts";
import { resolveWindow, type Window } from "../../graph/window.ts";
import { type Pair, pairOf, requirePadding } from "../../nn/layer.ts";
import {
  type ArrayLike2d,
  filled,
  type Planes,
  planesOf,
  type Rows,
  requireFew,
  sizeOfPlanes,
  sumOf,
} from "./planes.ts";

/** How the kernel moves over the array: as in `layers.conv2d`. */
export interface ConvolutionOptions {
  /** Steps down and right, in pixels. Default: 1. */
  readonly strides?: Pair;
  /** `valid` adds nothing, `same` adds zeros so that strides of 1 keep the size. Default: `valid`. */
  readonly padding?: "valid" | "same";
  /** Distance between neighbouring weights, in pixels. Default: 1. */
  readonly dilationRate?: Pair;
  /** What is added to every sum. Default: 0. */
  readonly bias?: number;
}

const names: OptionNames<ConvolutionOptions> = {
  strides: true,
  padding: true,
  dilationRate: true,
  bias: true,
};

/** One place of the kernel, and what comes of it. */
export interface ConvolutionStep {
  /** The row and the column of the result. */
  readonly row: number;
  readonly column: number;
  /** Where the window begins in the padded array. */
  readonly top: number;
  readonly left: number;
  /** What the kernel lies on, channel by channel: `[R][S]` each. */
  readonly window: Planes;
  /** Each number times its weight, in the same places. */
  readonly products: Planes;
  /** The sum of each channel's products. */
  readonly channelSums: readonly number[];
  /** The sum of all products. */
  readonly sum: number;
  /** `sum + bias`. */
  readonly result: number;
}

/** A convolution with all its numbers. */
export interface ConvolutionLesson {
  /** The array, channel by channel: `[H][W]` each. */
  readonly input: Planes;
  /** The kernel, channel by channel: `[R][S]` each. */
  readonly kernel: Planes;
  readonly bias: number;
  /** The array with its zeros around it. */
  readonly padded: Planes;
  /** Rows and columns of zeros that were added. */
  readonly padding: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  /** Every place of the kernel, row by row. */
  readonly steps: readonly ConvolutionStep[];
  /** `[P][Q]` */
  readonly output: Rows;
  /** The size of the result, worked out: `(6 + 0 - 3) / 1 + 1 = 4`, for rows and for columns. */
  readonly sizes: readonly [rows: string, columns: string];
}

/**
 * A convolution of an array by one kernel, step by step:
 * `y[p, q] = bias + Σ x[p · stride + r · dilation − pad, …, c] · kernel[r, s, c]`. As in layers, the kernel is not turned.
 *
 * @param input Rows of numbers, or a tensor `[H, W]` or `[H, W, C]`.
 * @param kernel Rows of weights, or a tensor `[R, S]` or `[R, S, C]`.
 * @throws ShapeError where the kernel does not fit, ConfigError where an option cannot be used.
 * @example
 * const { steps, output } = explain.convolution([[0, 0, 1], [0, 0, 1], [0, 0, 1]], [[-1, 1], [-1, 1]]);
 * console.log(steps[1].products, output);
 */
export function convolution(
  input: ArrayLike2d,
  kernel: ArrayLike2d,
  options: ConvolutionOptions = {},
): ConvolutionLesson {
  const set = settingsOf("explain.convolution", input, kernel, options);
  const { padded, weights, window, bias } = set;
  const [rows, columns] = window;
  const steps = places(window).map(([row, column]): ConvolutionStep => {
    const seen = windowAt(padded, window, row, column);
    // Adding 0 turns −0 into 0.
    const products = seen.map((plane, c) =>
      plane.map((line, r) => line.map((value, s) => value * weights[c][r][s] + 0)),
    );
    const channelSums = products.map((plane) => sumOf([plane]));
    const sum = channelSums.reduce((a, b) => a + b, 0);
    return {
      row,
      column,
      top: row * rows.stride,
      left: column * columns.stride,
      window: seen,
      products,
      channelSums,
      sum,
      result: sum + bias,
    };
  });
  const output = filled(
    [rows.output, columns.output],
    (row, column) => steps[row * columns.output + column].result,
  );
  return {
    input: set.planes,
    kernel: weights,
    bias,
    padded,
    padding: set.margins,
    strides: [rows.stride, columns.stride],
    dilationRate: [rows.dilation, columns.dilation],
    steps,
    output,
    sizes: [sizeText(rows, set.added[0]), sizeText(columns, set.added[1])],
  };
}

/** What one place of the kernel adds to the gradients. */
export interface BackwardStep {
  /** The row and the column of the result. */
  readonly row: number;
  readonly column: number;
  /** Where the window begins in the padded array. */
  readonly top: number;
  readonly left: number;
  /** The gradient of the loss at this number of the result. */
  readonly gradient: number;
  /** What is added to the kernel's gradient: the window times `gradient`, `[R][S]` for each channel. */
  readonly toKernel: Planes;
  /** What is added to the array's gradient under the window: the kernel times `gradient`. */
  readonly toInput: Planes;
}

/** A convolution backward, with all its numbers. */
export interface BackwardLesson {
  readonly steps: readonly BackwardStep[];
  /** The sum of all `toKernel`: `[R][S]` for each channel. */
  readonly kernelGradient: Planes;
  /** The sum of all `toInput`, each in its place, without the padding: `[H][W]` for each channel. */
  readonly inputGradient: Planes;
  /** The sum of the gradients of the result. */
  readonly biasGradient: number;
}

/**
 * The backward pass of the same convolution: what each place of the kernel adds to the gradient of the kernel and to that
 * of the array.
 *
 * @param outputGradient The gradient of the loss at each number of the result, `[P][Q]`. Default: 1 everywhere, the
 * gradient of the result's sum.
 * @throws ShapeError where the kernel or the gradient does not fit, ConfigError where an option cannot be used.
 * @example const { kernelGradient } = explain.convolutionBackward([[1, 2], [3, 4]], [[1]]);
 */
export function convolutionBackward(
  input: ArrayLike2d,
  kernel: ArrayLike2d,
  outputGradient?: ArrayLike2d,
  options: ConvolutionOptions = {},
): BackwardLesson {
  const set = settingsOf("explain.convolutionBackward", input, kernel, options);
  const { padded, weights, window, margins } = set;
  const [rows, columns] = window;
  const size = [rows.output, columns.output] as const;
  const slopes =
    outputGradient === undefined
      ? filled(size, () => 1)
      : planesOf("outputGradient", outputGradient)[0];
  if (slopes.length !== size[0] || slopes[0].length !== size[1]) {
    throw new ShapeError({
      what: "The option outputGradient does not fit the result.",
      expected: `${size[0]} rows of ${size[1]} numbers`,
      received: `${slopes.length} rows of ${slopes[0].length}`,
    });
  }
  const times = (planes: Planes, factor: number): Planes =>
    planes.map((plane) => plane.map((line) => line.map((value) => value * factor)));
  const steps = places(window).map(([row, column]): BackwardStep => {
    const gradient = slopes[row][column];
    return {
      row,
      column,
      top: row * rows.stride,
      left: column * columns.stride,
      gradient,
      toKernel: times(windowAt(padded, window, row, column), gradient),
      toInput: times(weights, gradient),
    };
  });
  const kernelGradient = weights.map((plane, c) =>
    plane.map((line, r) => line.map((_, s) => total(steps.map((step) => step.toKernel[c][r][s])))),
  );
  const sums = padded.map((plane) => plane.map((line) => line.map(() => 0)));
  for (const { top, left, toInput } of steps) {
    toInput.forEach((plane, c) => {
      plane.forEach((line, r) => {
        line.forEach((value, s) => {
          sums[c][top + r * rows.dilation][left + s * columns.dilation] += value;
        });
      });
    });
  }
  const [height, width] = sizeOfPlanes(set.planes);
  const inputGradient = sums.map((plane) =>
    plane
      .slice(margins.top, margins.top + height)
      .map((line) => line.slice(margins.left, margins.left + width)),
  );
  return { steps, kernelGradient, inputGradient, biasGradient: total(slopes.flat()) };
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

interface Settings {
  readonly planes: Planes;
  readonly weights: Planes;
  readonly padded: Planes;
  readonly window: Window;
  readonly margins: ConvolutionLesson["padding"];
  readonly added: readonly [number, number];
  readonly bias: number;
}

function settingsOf(
  call: string,
  input: ArrayLike2d,
  kernel: ArrayLike2d,
  options: ConvolutionOptions,
): Settings {
  requireKnownOptions(call, options, names, '{ strides: 2, padding: "same" }');
  const { padding = "valid", bias = 0 } = options;
  requirePadding(padding);
  requireNumber("bias", bias);
  const strides = pairOf(options.strides ?? 1, "strides");
  const dilation = pairOf(options.dilationRate ?? 1, "dilationRate");
  const planes = planesOf("input", input);
  const weights = planesOf("kernel", kernel);
  if (planes.length !== weights.length) {
    throw new ShapeError({
      what: `${call}: The kernel has other channels than the array.`,
      expected: `${planes.length} channels`,
      received: `${weights.length} channels`,
    });
  }
  const [height, width] = sizeOfPlanes(planes);
  const taps = sizeOfPlanes(weights);
  const window = resolveWindow([height, width], taps, { strides, padding, dilation });
  requireFew(call, window[0].output * window[1].output * taps[0] * taps[1] * planes.length);
  const after = window.map(
    ({ output, stride, taps: count, dilation: apart, before, input: size }) =>
      padding === "same"
        ? Math.max(0, (output - 1) * stride + (count - 1) * apart + 1 - size - before)
        : 0,
  );
  const [top, left] = [window[0].before, window[1].before];
  const margins = { top, bottom: after[0], left, right: after[1] };
  const padded = planes.map((plane) =>
    filled(
      [height + top + after[0], width + left + after[1]],
      (row, column) => plane[row - top]?.[column - left] ?? 0,
    ),
  );
  return {
    planes,
    weights,
    padded,
    window,
    margins,
    added: [top + after[0], left + after[1]],
    bias,
  };
}

/** Every row and column of the result. */
function places([rows, columns]: Window): readonly (readonly [number, number])[] {
  return Array.from({ length: rows.output * columns.output }, (_, i) => [
    Math.floor(i / columns.output),
    i % columns.output,
  ]);
}

function windowAt(padded: Planes, [rows, columns]: Window, row: number, column: number): Planes {
  return padded.map((plane) =>
    filled(
      [rows.taps, columns.taps],
      (r, s) =>
        plane[row * rows.stride + r * rows.dilation][
          column * columns.stride + s * columns.dilation
        ],
    ),
  );
}

function sizeText(axis: Window[number], added: number): string {
  const { input, taps, dilation, stride, output } = axis;
  const reach = (taps - 1) * dilation + 1;
  const parts = `${input}${added > 0 ? ` + ${added}` : ""} − ${reach}`;
  return stride === 1 ? `${parts} + 1 = ${output}` : `⌊(${parts}) / ${stride}⌋ + 1 = ${output}`;
}
