// The history of a run as CSV, in the columns of Keras's CSVLogger. Knows epoch records.

import { requireEpochs } from "../assess/epoch-metrics.ts";
import { writeFileAtomically } from "../platform/files.ts";
import type { EpochRecord } from "../train/events.ts";

/**
 * The history as CSV text: `epoch`, then every name of the logs in alphabetical order; a line an
 * epoch. A number that an epoch does not have is `NA`, as Keras writes it; others are written in
 * full (`NaN` and `Infinity` included), so that reading them gives the same numbers.
 */
export function historyCsv(history: readonly EpochRecord[]): string {
  requireEpochs("historyCsv", history);
  const names = new Set(history.flatMap(({ logs }) => Object.keys(logs)));
  const columns = [...names].sort();
  const lines = history.map(({ epoch, logs }) => {
    const values = columns.map((name) => (Object.hasOwn(logs, name) ? String(logs[name]) : "NA"));
    return [String(epoch), ...values];
  });
  return [["epoch", ...columns], ...lines]
    .map((fields) => `${fields.map(quoteField).join(",")}\n`)
    .join("");
}

/**
 * Writes `history.csv` anew, whole or not at all. Called after every epoch, it leaves a sound file
 * wherever the run is killed, and a column that appears late is no special case.
 *
 * @throws FormatError where the file cannot be written.
 * @example await writeHistoryCsv("runs/train/history.csv", history);
 */
export async function writeHistoryCsv(
  path: string,
  history: readonly EpochRecord[],
): Promise<void> {
  await writeFileAtomically(path, historyCsv(history));
}

function quoteField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
