// Every epoch's numbers as a line of a file. Floor 5.

import { appendFile, readFile, writeFile } from "node:fs/promises";
import { FormatError } from "../../core/errors.ts";
import { writeFileAtomically } from "../../formats/files.ts";
import type { Callback } from "../callback.ts";
import type { Logs } from "../events.ts";
import { pathOf } from "./path.ts";

export interface CsvLoggerOptions {
  readonly path: string;
  /** Between two fields; a comma unless told. */
  readonly separator?: string;
  /** Whether lines are added to a file that is there; false unless told. */
  readonly append?: boolean;
}

/**
 * Writes `epoch` (counted from 0) and every number in alphabetical order, a line an epoch, as Keras
 * does: the first epoch settles the columns, what an epoch does not have is `NA`. A run that is resumed
 * goes on with its file: the lines of the epochs behind it stay, whatever else a kill has left goes.
 *
 * @throws ConfigError where there is no path, FormatError where the file cannot be written.
 * @example callbacks: [callbacks.csvLogger({ path: "training.csv" })]
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  const path = pathOf(options, "csvLogger");
  const { separator = ",", append = false } = options;
  let columns: readonly string[] | undefined;
  let hasHeader = false;
  const attempt = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      throw new FormatError({
        what: `The file ${path} cannot be written.`,
        received: (cause as Error).message,
        cause,
      });
    }
  };
  const lineOf = (fields: readonly string[]) =>
    `${fields.map((field) => quote(field, separator)).join(separator)}\r\n`;
  return {
    async onTrainBegin(_, { model }) {
      columns = undefined;
      const finished = model.progress.epochs;
      const isResumed = finished > 0;
      const present = append || isResumed ? await readFile(path, "utf8").catch(() => "") : "";
      const kept = isResumed ? withoutEpochsFrom(finished, present, separator) : present;
      hasHeader = kept !== "";
      if (!hasHeader) await attempt(() => writeFile(path, ""));
      else if (kept !== present) await writeFileAtomically(path, kept);
    },
    async onEpochEnd({ epoch, logs }) {
      columns ??= columnsOf(logs);
      const header = hasHeader ? "" : lineOf(["epoch", ...columns]);
      hasHeader = true;
      const values = columns.map((name) => (Object.hasOwn(logs, name) ? String(logs[name]) : "NA"));
      const line = lineOf([String(epoch - 1), ...values]);
      await attempt(() => appendFile(path, header + line));
    },
  };
}

/** The names in order; where nothing is validated yet, the same once more for later, as in Keras. */
function columnsOf(logs: Logs): string[] {
  const names = Object.keys(logs).sort();
  const validated = names.some((name) => name.startsWith("val_"));
  return validated ? names : [...names, ...names.map((name) => `val_${name}`)];
}

/** The text without lines at its end that are cut off, or of epochs that are still to come. */
function withoutEpochsFrom(first: number, text: string, separator: string): string {
  const lines = text.split("\r\n").slice(0, -1);
  while (lines.length > 0 && Number(lines[lines.length - 1].split(separator)[0]) >= first) {
    lines.pop();
  }
  return lines.map((line) => `${line}\r\n`).join("");
}

function quote(field: string, separator: string): string {
  const plain = !field.includes(separator) && !/["\r\n]/.test(field);
  return plain ? field : `"${field.replaceAll('"', '""')}"`;
}
