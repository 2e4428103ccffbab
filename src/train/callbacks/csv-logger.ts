// The numbers of every epoch in a CSV file.

import { platform } from "#platform";
import { FormatError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { csvLine, csvRows } from "../../formats/csv.ts";
import { optionsOf } from "../../nn/facts.ts";
import { readWholeFile, writeFileAtomically } from "../../platform/files.ts";
import type { Callback } from "../callback.ts";
import { callbackFacts } from "./callback-facts.ts";
import { pathOf } from "./path.ts";

export interface CsvLoggerOptions {
  /** The path of the CSV file. */
  readonly path: string;
  /** The separator between fields. Default: a comma. */
  readonly separator?: string;
  /** Whether lines are added to an existing file. Default: false. */
  readonly append?: boolean;
}

/** The first column. */
const epochColumn = "epoch";
/** What stands for a number that an epoch does not have, as in Keras. */
const missing = "NA";

/**
 * Writes `epoch` (counted from 0) and every number in alphabetical order, a line for each epoch, as
 * Keras does; what an epoch does not have is `NA`. A number that is first reported later, or that
 * the file continued with `append` does not have, gets a new column at the end (Keras guesses the
 * columns in the first epoch). A run that is resumed goes on with its file: the lines of the epochs
 * behind it stay, what comes after them goes. The file is written anew after each epoch, and is
 * whole or not there at all.
 *
 * @throws ConfigError where an option cannot be used, FormatError where the file cannot be written,
 * or is to be continued and is no such table.
 * @example callbacks: [callbacks.csvLogger({ path: "training.csv" })]
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  const path = pathOf(options, "csvLogger");
  optionsOf(csvLogger.facts, options);
  const { separator = ",", append = false } = options;
  const separates = typeof separator === "string" && /^[^"\r\n]+$/.test(separator);
  requireOption(
    "separator of csvLogger",
    separator,
    separates,
    "text without quotes or line breaks",
  );
  let rows: Row[] = [];
  let columns: string[] = [];

  const write = () => {
    if (columns.length === 0) return writeFileAtomically(path, "");
    const lines = rows.map((row) => columns.map((name) => row.get(name) ?? missing));
    const text = [columns, ...lines].map((fields) => csvLine(fields, separator)).join("");
    return writeFileAtomically(path, text);
  };
  return {
    async onTrainBegin(_, { model }) {
      const finished = model.progress.epochs;
      const isResumed = finished > 0;
      const present = append || isResumed ? await textIn(path) : "";
      ({ columns, rows } = tableIn(present, separator, path));
      if (isResumed) dropFrom(finished, rows);
      if (rows.length === 0) columns = [];
      // Proves that the file can be written before anything is trained.
      await write();
    },
    async onEpochEnd({ epoch, logs }) {
      const names = [epochColumn, ...Object.keys(logs).sort()];
      columns.push(...names.filter((name) => !columns.includes(name)));
      const values = Object.entries(logs).map(([name, value]) => [name, String(value)] as const);
      rows.push(new Map([[epochColumn, String(epoch - 1)], ...values]));
      await write();
    },
  };
}
csvLogger.facts = callbackFacts<CsvLoggerOptions>({
  name: "csvLogger",
  options: { path: "filename", separator: "separator", append: "append" },
  keras: { className: "CSVLogger" },
});

/** @throws FormatError where it is there, but cannot be read. */
async function textIn(path: string): Promise<string> {
  if ((await platform.files.status(path)) === undefined) return "";
  return new TextDecoder().decode(await readWholeFile(path));
}

/** An epoch's fields by the names of their columns. */
type Row = ReadonlyMap<string, string>;

/**
 * @throws FormatError where the text is no table of epochs. A last line that was cut off is left
 * out.
 */
function tableIn(text: string, separator: string, path: string) {
  const [columns = [], ...lines] = csvRows(text, separator);
  const isCutOff = !text.endsWith("\n") && (lines.at(-1)?.length ?? 0) < columns.length;
  if (isCutOff) lines.pop();
  const odd = lines.find((fields) => fields.length !== columns.length);
  const isTable = columns.length === 0 || columns[0] === epochColumn;
  if (!isTable || odd !== undefined || new Set(columns).size < columns.length) {
    throw new FormatError({
      what: `${path} cannot be continued: it is no table of epochs.`,
      expected: `a first column "${epochColumn}", columns of different names, and as many fields in every line`,
      received: (odd ?? columns).join(separator).slice(0, 200),
      fix: "use the separator that the file was written with, or another path",
    });
  }
  const rows = lines.map((fields): Row => new Map(fields.map((field, i) => [columns[i], field])));
  return { columns, rows };
}

/** Removes the epochs at the end that are still to come. */
function dropFrom(first: number, rows: Row[]): void {
  while (Number(rows.at(-1)?.get(epochColumn)) >= first) rows.pop();
}
