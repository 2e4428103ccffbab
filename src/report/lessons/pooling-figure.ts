// Pooling as a picture: an array, one window in it, and what stays.

import type { ArrayLike2d } from "../../explain/lessons/planes.ts";
import { type PoolingKind, type PoolingOptions, pooling } from "../../explain/lessons/pooling.ts";
import { below, beside, cellText, inRows, line, numberGrid, page, sign, titled } from "./boxes.ts";

const titles: Readonly<Record<PoolingKind, string>> = {
  max: "Max pooling",
  average: "Average pooling",
  globalMax: "Global max pooling",
  globalAverage: "Global average pooling",
};

/**
 * An array pooled in four ways as an SVG file: by maximum, by mean, and both over everything.
 *
 * @throws ShapeError where a window does not fit, ConfigError where an option cannot be used.
 * @example await writeFile("pooling.svg", poolingSvg([[1, 3, 2, 4], [5, 6, 1, 3], [2, 4, 8, 2], [1, 3, 5, 7]]));
 */
export function poolingSvg(input: ArrayLike2d, options: Omit<PoolingOptions, "kind"> = {}): string {
  const kinds: readonly PoolingKind[] = ["max", "average", "globalMax", "globalAverage"];
  const lessons = kinds.map((kind) => pooling(input, { ...options, kind }));
  const [first] = lessons;
  const strongest = Math.max(...first.input.flat().map(Math.abs));
  const step = first.steps[0];
  const { row, column } = step.window[0];
  const last = step.window[step.window.length - 1];
  const frame = { row, column, rows: last.row - row + 1, columns: last.column - column + 1 };
  const results = lessons.map(({ kind, output, steps }) => {
    const [{ window, result }] = steps;
    const numbers = window.map(({ value }) => cellText(value));
    const shown = numbers.length > 6 ? [...numbers.slice(0, 4), "…"] : numbers;
    const isMaximum = kind === "max" || kind === "globalMax";
    const sum = isMaximum
      ? `max(${shown.join(", ")}) = ${cellText(result)}`
      : `(${shown.join(" + ")}) / ${window.length} = ${cellText(result)}`;
    const outlined = { row: 0, column: 0, rows: 1, columns: 1 };
    return below(
      [
        titled(titles[kind], numberGrid(output, { strongest, frame: outlined, cell: 52 })),
        line(sum, { muted: true }),
      ],
      6,
    );
  });
  const size = `windows of ${first.poolSize.join(" × ")}, stride ${first.strides.join(" × ")}`;
  return page({
    title: "Pooling",
    text:
      `Of each window one number stays (${size}). The maximum keeps the strongest answer, the mean keeps all of them a ` +
      "little. Global pooling makes one number of each channel. None of them has weights.",
    label: `An array of ${first.input.length} by ${first.input[0].length} numbers, pooled in four ways`,
    body: beside(
      [
        titled("Input", numberGrid(first.input, { frame, strongest, cell: 52 })),
        sign("→"),
        inRows(results, 2, 32),
      ],
      28,
    ),
  });
}
