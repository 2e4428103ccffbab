// The geometry of a window that slides over an image: convolution and pooling share it. Source of the
// `same` rule: TensorFlow's and Keras's, which pad more at the end than at the start.

import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";

/** `valid` adds nothing; `same` gives ⌈H / stride⌉ rows; numbers are rows and columns of padding. */
export type Padding =
  | "valid"
  | "same"
  | {
      readonly top: number;
      readonly bottom: number;
      readonly left: number;
      readonly right: number;
    };

/** How a window moves. */
export interface WindowAttributes {
  /** Steps down and right, in input pixels. */
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  /** Distance between neighbouring taps, in input pixels. */
  readonly dilation?: readonly [number, number];
}

/** One direction of a window: input position = `output · stride + tap · dilation − before`. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first input position. */
  readonly before: number;
}

/** Both directions: rows, then columns. */
export type Window = readonly [WindowAxis, WindowAxis];

/** Places of a window along one side, where the image is smaller. */
const mostTaps = 1024;

function resolveAxis(
  input: number,
  taps: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same" | readonly [number, number],
): WindowAxis {
  const reach = (taps - 1) * dilation + 1;
  let before = 0;
  let after = 0;
  if (padding === "same") {
    const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input);
    before = Math.floor(total / 2);
    after = total - before;
  } else if (padding !== "valid") {
    [before, after] = padding;
  }
  const output = Math.floor((input + before + after - reach) / stride) + 1;
  return { input, output, taps, stride, dilation, before };
}

/**
 * The window of `taps` `[R, S]` over an image of `input` `[H, W]`.
 *
 * @throws ShapeError where the window is larger than the padded image, or a number is not usable.
 */
export function resolveWindow(
  input: readonly [number, number],
  taps: readonly [number, number],
  { strides, padding, dilation = [1, 1] }: WindowAttributes,
): Window {
  for (const [name, values] of Object.entries({ taps, strides, dilation })) {
    if (values.every((value) => Number.isSafeInteger(value) && value >= 1)) continue;
    throw new ShapeError({
      what: `The window's ${name} cannot be used.`,
      expected: "whole numbers of at least 1",
      received: formatShape(values),
    });
  }
  if (typeof padding === "object") {
    const values = [padding.top, padding.bottom, padding.left, padding.right];
    if (!values.every((value) => Number.isSafeInteger(value) && value >= 0)) {
      throw new ShapeError({
        what: "The padding cannot be used.",
        expected: "whole numbers of at least 0 for top, bottom, left and right",
        received: formatShape(values),
      });
    }
  }
  // Beyond the image a window sees nothing, but each of its places takes time.
  if (taps.some((count, i) => count > Math.max(mostTaps, input[i]))) {
    throw new ShapeError({
      what: "The window is far larger than the image.",
      expected: `at most ${mostTaps} pixels a side, or as many as the image has`,
      received: `${taps.join(" by ")} over ${input.join(" by ")} pixels`,
      fix: "use a global pooling layer to join all pixels of an image",
    });
  }
  const explicit = typeof padding === "object";
  const rows = explicit ? ([padding.top, padding.bottom] as const) : padding;
  const columns = explicit ? ([padding.left, padding.right] as const) : padding;
  const window = [
    resolveAxis(input[0], taps[0], strides[0], dilation[0], rows),
    resolveAxis(input[1], taps[1], strides[1], dilation[1], columns),
  ] as const;
  if (window[0].output >= 1 && window[1].output >= 1) return window;
  throw new ShapeError({
    what: "The window does not fit into the image.",
    expected: `an image of at least ${(taps[0] - 1) * dilation[0] + 1} by ${(taps[1] - 1) * dilation[1] + 1} pixels, padding included`,
    received: `${input[0]} by ${input[1]} pixels with padding ${JSON.stringify(padding)}`,
    fix: 'use padding "same", a smaller kernel, or fewer pooling layers before it',
  });
}

/** The window that a shape rule needs, from an image `[N, H, W, C]`. */
export function windowOver(image: Shape, taps: readonly [number, number], w: WindowAttributes) {
  if (image.length === 4) return resolveWindow([image[1], image[2]], taps, w);
  throw new ShapeError({
    what: "A window slides over images only.",
    expected: "[N, H, W, C]",
    received: formatShape(image),
  });
}
