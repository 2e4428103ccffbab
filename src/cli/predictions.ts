// Predictions as people read them: a table, one image a line.

import type { Predictions } from "../tasks/task.ts";
import { type Align, formatTable } from "./table.ts";

/** A table; `names` are what the images are called, and `align` is where their names stand. */
export function formatPredictions(
  names: readonly string[],
  { columns, images }: Predictions,
  align: Align,
): string {
  const heading = ["image", ...columns.map((column) => column.heading)];
  const rows = images.map(({ cells }, i) => [names[i], ...cells]);
  return formatTable([heading, ...rows], [align, ...columns.map((column) => column.align)]);
}
