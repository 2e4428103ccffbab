// Runs as the page that compares them takes them: read from their folders, of which any file may be missing.

import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { FormatError } from "../core/errors.ts";
import { csvRows } from "../formats/csv.ts";
import { parseJson } from "../formats/json.ts";
import { readWholeFile } from "../platform/files.ts";
import type { RunRecord, RunResult } from "../report/runs-page.ts";
import type { EpochRecord } from "../train/events.ts";
import { argsIn } from "./args-file.ts";
import { exists, runFileNames } from "./model-file.ts";

const mostBytes = 2 ** 23;

/** Whether a folder is that of a run. */
export function isRunFolder(folder: string): Promise<boolean> {
  return exists(join(folder, runFileNames.args));
}

/** The runs in a folder of runs, by name: `train`, `train-2`, `train-10`. */
export async function runFoldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  folders.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const found: string[] = [];
  for (const name of folders) {
    if (await isRunFolder(join(folder, name))) found.push(join(folder, name));
  }
  return found;
}

/**
 * A run as the page in `pageFolder` shows it. Runs of the same name get as much of their paths as tells them apart.
 *
 * @throws FormatError where a file of the run cannot be read as what it is.
 */
export async function readRun(folder: string, pageFolder: string): Promise<RunRecord> {
  const report = join(folder, runFileNames.report);
  const result = await resultIn(join(folder, runFileNames.results));
  return {
    name: basename(resolve(folder)),
    ...((await exists(report)) && { link: addressOf(relative(pageFolder, report)) }),
    history: await historyIn(join(folder, runFileNames.history)),
    args: (await argsIn(folder)) ?? {},
    ...(result !== undefined && { result }),
  };
}

/** The same names get more of their paths. */
export function withOwnNames(
  runs: readonly RunRecord[],
  folders: readonly string[],
): readonly RunRecord[] {
  const times = (name: string) => runs.filter((run) => run.name === name).length;
  return runs.map((run, i) => (times(run.name) > 1 ? { ...run, name: folders[i] } : run));
}

const addressOf = (path: string) => path.split(sep).map(encodeURIComponent).join("/");

/** The epochs in `history.csv`; none where there is no such file. */
async function historyIn(path: string): Promise<readonly EpochRecord[]> {
  if (!(await exists(path))) return [];
  const bytes = await readWholeFile(path, { maximumBytes: mostBytes });
  const [columns = [], ...rows] = csvRows(new TextDecoder().decode(bytes), ",");
  if (columns[0] !== "epoch") {
    throw new FormatError({
      what: `${path} cannot be read as the history of a run.`,
      expected: 'a table whose first column is "epoch"',
      received: JSON.stringify(columns[0] ?? ""),
      fix: "repair the file, or take it away",
    });
  }
  return rows.map((row) => ({
    epoch: Number(row[0]),
    seconds: Number.NaN,
    logs: Object.fromEntries(
      columns
        .map((name, i) => [name, row[i]] as const)
        .slice(1)
        .filter(([, text]) => text !== undefined && text !== "NA")
        .map(([name, text]) => [name, Number(text)]),
    ),
  }));
}

/** What `results.json` says; undefined where there is no such file. */
async function resultIn(path: string): Promise<RunResult | undefined> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return undefined;
  const value = parseJson(await readWholeFile(path, { maximumBytes: mostBytes }), path);
  if (isResult(value)) return value;
  throw new FormatError({
    what: `${path} cannot be read as the results of a run.`,
    expected: "what fovea train writes: { on, images, measures, … }",
    received: JSON.stringify(value).slice(0, 60),
    fix: "write it again: fovea report and the folder of the run",
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isNumber = (value: unknown) => typeof value === "number";

function isResult(value: unknown): value is RunResult {
  if (!isRecord(value)) return false;
  const { on, images, measures, classes, confusion, parameters, multiplyAdds, seconds } = value;
  const isClass = (one: unknown) =>
    isRecord(one) && typeof one.name === "string" && (isNumber(one.score) || one.score === null);
  const isRow = (row: unknown) => Array.isArray(row) && row.every(isNumber);
  const isSquare = (rows: readonly unknown[]) =>
    Array.isArray(classes) && rows.length === classes.length;
  return (
    typeof on === "string" &&
    isRecord(measures) &&
    Object.values(measures).every((one) => isNumber(one) || one === null) &&
    [images, parameters, seconds].every(isNumber) &&
    (multiplyAdds === undefined || isNumber(multiplyAdds)) &&
    (classes === undefined || (Array.isArray(classes) && classes.every(isClass))) &&
    (confusion === undefined ||
      (Array.isArray(confusion) && confusion.every(isRow) && isSquare(confusion)))
  );
}
