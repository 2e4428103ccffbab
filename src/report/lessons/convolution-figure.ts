// A convolution as a picture: the array, one window in it, its products, and the result; forward and backward.

import { ConfigError } from "../../core/errors.ts";
import { isWhole, requireOption } from "../../core/option.ts";
import type { BackwardLesson, ConvolutionLesson } from "../../explain/lessons/convolution.ts";
import {
  type Box,
  below,
  beside,
  cellText,
  line,
  numberGrid,
  page,
  sign,
  titled,
} from "./boxes.ts";

const channelNames = (count: number, c: number) => (count === 1 ? "" : `, channel ${c}`);
const sizeText = (rows: readonly (readonly number[])[]) => `${rows.length} × ${rows[0].length}`;

/** The most cells of a side that a figure has room for. */
const mostCells = 14;

function requireSmall({ padded: [plane], padded }: ConvolutionLesson): void {
  const fits = plane.length <= mostCells && plane[0].length <= mostCells && padded.length <= 4;
  if (fits) return;
  throw new ConfigError({
    what: "The array has more numbers than a figure has room for.",
    expected: `at most ${mostCells} rows and columns, padding included, and 4 channels`,
    received: `${sizeText(plane)} numbers in ${padded.length} channels`,
    fix: "take a smaller part of it",
  });
}

/** A step by its number, from 0. @throws ConfigError where there is none. */
function stepOf(lesson: ConvolutionLesson, step: number | undefined): number {
  const count = lesson.steps.length;
  const at = step ?? middleOf(lesson);
  requireOption("step", at, isWhole(at, 0) && at < count, `a whole number from 0 to ${count - 1}`);
  return at;
}

/**
 * One step of a convolution as an SVG file: where the kernel lies, what it is multiplied with, and where the sum goes.
 *
 * @param step Which step is drawn, counted from 0. Default: one in the middle.
 * @throws ConfigError where the array has more than 14 rows or columns, or there is no such step.
 * @example await writeFile("step.svg", convolutionSvg(explain.convolution(array, kernel)));
 */
export function convolutionSvg(lesson: ConvolutionLesson, step?: number): string {
  requireSmall(lesson);
  const { padded, kernel, output, padding, steps, bias, strides, dilationRate, sizes } = lesson;
  const at = stepOf(lesson, step);
  const { row, column, top, left, window, products, channelSums, result } = steps[at];
  const isPadding = (r: number, c: number) =>
    r < padding.top ||
    c < padding.left ||
    r >= padded[0].length - padding.bottom ||
    c >= padded[0][0].length - padding.right;
  const frame = {
    row: top,
    column: left,
    rows: (kernel[0].length - 1) * dilationRate[0] + 1,
    columns: (kernel[0][0].length - 1) * dilationRate[1] + 1,
  };
  const isPadded = Object.values(padding).some((count) => count > 0);
  const inputs = padded.map((plane, c) =>
    titled(
      `Input${channelNames(padded.length, c)}`,
      numberGrid(plane, { frame, isMuted: isPadding }),
      `${sizeText(lesson.input[c])}${isPadded ? ", zeros around it" : ""}`,
    ),
  );
  const kernels = kernel.map((plane, c) =>
    titled(`Kernel${channelNames(kernel.length, c)}`, numberGrid(plane), sizeText(plane)),
  );
  const outputFrame = { row, column, rows: 1, columns: 1 };
  const whole = beside(
    [
      below(inputs, 16),
      sign("∗"),
      below(kernels, 16),
      sign("="),
      titled("Output", numberGrid(output, { frame: outputFrame }), sizeText(output)),
    ],
    18,
  );
  const details = window.map((plane, c) =>
    beside([
      titled(`Window${channelNames(window.length, c)}`, numberGrid(plane)),
      sign("×"),
      titled("Kernel", numberGrid(kernel[c])),
      sign("="),
      titled("Products", numberGrid(products[c])),
      sign("→"),
      titled("Sum", numberGrid([[channelSums[c]]])),
    ]),
  );
  const sums = channelSums.map(cellText).join(" + ");
  const account: Box[] = [
    line(`Step ${at + 1} of ${steps.length}: row ${row}, column ${column} of the output`, {
      bold: true,
      size: 14,
    }),
    ...details,
    line(`${sums} + bias ${cellText(bias)} = ${cellText(result)}`, { size: 14 }),
    line(`Rows: ${sizes[0]}.  Columns: ${sizes[1]}.`, { muted: true }),
  ];
  const moves = `stride ${strides.join(" × ")}, dilation ${dilationRate.join(" × ")}`;
  return page({
    title: "Convolution, step by step",
    text:
      "The kernel lies on a window of the input. Each number is multiplied by the weight on it, and the sum of all products " +
      `is one number of the output. Then the kernel moves on (${moves}).`,
    label:
      `A convolution of ${sizeText(lesson.input[0])} numbers by a kernel of ${sizeText(kernel[0])}; ` +
      `step ${at + 1} gives ${cellText(result)}`,
    body: below([whole, below(account, 12)], 26),
  });
}

/** A step near the middle whose result says something. */
function middleOf({ steps }: ConvolutionLesson): number {
  const middle = Math.floor(steps.length / 2);
  const found = steps.findIndex(({ result }, i) => i >= middle && result !== 0);
  return found < 0 ? middle : found;
}

/**
 * The backward pass of a convolution as an SVG file: what one window adds to the gradients, and the gradients.
 *
 * @param lesson The same convolution forward.
 * @param step Which step is drawn, counted from 0. Default: one in the middle.
 * @throws ConfigError where the array has more than 14 rows or columns.
 * @example
 * const [forward, backward] = [explain.convolution(x, kernel), explain.convolutionBackward(x, kernel)];
 * await writeFile("backward.svg", backwardSvg(backward, forward));
 */
export function backwardSvg(
  backward: BackwardLesson,
  lesson: ConvolutionLesson,
  step?: number,
): string {
  requireSmall(lesson);
  const { steps, kernelGradient, inputGradient, biasGradient } = backward;
  const place = stepOf(lesson, step);
  const { row, column, gradient, toKernel, toInput } = steps[place];
  const { window } = lesson.steps[place];
  const slopes = lesson.output.map((cells, r) =>
    cells.map((_, c) => steps[r * cells.length + c].gradient),
  );
  const scalar = titled("Gradient there", numberGrid([[gradient]]));
  const given = titled(
    "Output gradient",
    numberGrid(slopes, { frame: { row, column, rows: 1, columns: 1 } }),
  );
  const rows = window.flatMap((plane, c) => {
    const name = channelNames(window.length, c);
    return [
      beside([
        titled(`Window${name}`, numberGrid(plane)),
        sign("×"),
        scalar,
        sign("="),
        titled("Added to the kernel gradient", numberGrid(toKernel[c])),
      ]),
      beside([
        titled(`Kernel${name}`, numberGrid(lesson.kernel[c])),
        sign("×"),
        scalar,
        sign("="),
        titled("Added to the input gradient", numberGrid(toInput[c])),
      ]),
    ];
  });
  const ends = beside(
    [
      ...kernelGradient.map((plane, c) =>
        titled(`Kernel gradient${channelNames(window.length, c)}`, numberGrid(plane)),
      ),
      ...inputGradient.map((plane, c) =>
        titled(`Input gradient${channelNames(window.length, c)}`, numberGrid(plane)),
      ),
      titled("Bias gradient", numberGrid([[biasGradient]])),
    ],
    28,
    "top",
  );
  return page({
    title: "Convolution, backward",
    text:
      "Each number of the output has a gradient. It goes to the kernel by way of the window, and to the input by way of the " +
      "kernel. The gradients are the sums over all steps.",
    label: `The backward pass of a convolution: step ${place + 1} of ${steps.length}, then the sums`,
    body: below(
      [
        beside([given], 0),
        line(`Step ${place + 1} of ${steps.length}`, { bold: true, size: 14 }),
        ...rows,
        line("All steps together", { bold: true, size: 14 }),
        ends,
      ],
      16,
    ),
  });
}
