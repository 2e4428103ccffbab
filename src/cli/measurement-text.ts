// How well a model does, as text for people and as a record for machines.

import { formatCount } from "../report/numbers.ts";
import type { MeasuredNumber, Measurement } from "../tasks/task.ts";
import { formatLog } from "../train/progress-bar.ts";
import { formatColumns } from "./table.ts";

/** `accuracy 0.91, loss 0.25`. */
export function formatNumbers(numbers: readonly MeasuredNumber[]): string {
  return numbers.map(({ title, value }) => `${title} ${formatLog(value)}`).join(", ");
}

/** The numbers by their names. */
export function recordOf(numbers: readonly MeasuredNumber[]): Record<string, number> {
  return Object.fromEntries(numbers.map(({ name, value }) => [name, value]));
}

/** The numbers, a table of the classes, and what is to be said besides. */
export function formatMeasurement(
  { numbers, classes, remarks }: Measurement,
  images: number,
): string {
  const title = `${formatNumbers(numbers)}, on ${formatCount(images)} images`;
  return [title, formatColumns(classes), ...remarks].join("\n\n");
}
