// Which class and which part each picture of a folder belongs to: by the folder it lies in, or by a table of labels.
// Reads tables, and no picture.

import {
  extensionOf,
  type FoundFile,
  type FoundFiles,
  hasPictureName,
  nameOf,
  type SkippedFile,
} from "./found-file.ts";
import { type LabelRow, readLabels } from "./labels-file.ts";

/** What examples are for. */
export type PartName = "train" | "validation" | "test";

/** A picture with its classes. */
export interface LabelledFile {
  readonly file: FoundFile;
  /** Exactly one, unless pictures may have several. */
  readonly classNames: readonly string[];
  /** Absent where the folder does not say. */
  readonly part?: PartName;
}

export interface Layout {
  readonly files: readonly LabelledFile[];
  readonly skipped: readonly SkippedFile[];
  /** Whether a picture may have any number of classes. */
  readonly isMultiLabel: boolean;
}

/** What the folders of parts are called, and what tables call parts. */
const partNames: Readonly<Record<string, PartName>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
  testing: "test",
};

/** Names of tables that are found by themselves. */
const tableNames = ["labels.csv", "_classes.csv", "metadata.csv"];

/** The part that a word means, such as `valid`; undefined where it means none. */
export const partOf = (name: string): PartName | undefined => {
  const key = name.toLowerCase();
  return Object.hasOwn(partNames, key) ? partNames[key] : undefined;
};

/** How the folder is to be read. */
export interface LayoutOptions {
  /** The table of labels, by its path below the folder. Default: one that is found by its name. */
  readonly labels?: string | undefined;
  /** The classes; files of folders below belong to them. Default: those that are found. */
  readonly classNames?: readonly string[] | undefined;
  /** Whether a picture may have any number of classes. Default: whether a row of a table marks several. */
  readonly multiLabel?: boolean | undefined;
}

/**
 * The pictures of a folder with their classes. The parts are folders `train`, `val` and `test`, if all folders at the
 * top are; else there are none. Within a part, a table of labels says the classes, else the folders: a class is the
 * path of the topmost folder that holds pictures itself.
 *
 * @throws FormatError where a table cannot be read.
 */
export async function layOut(
  { files, skipped }: FoundFiles,
  options: LayoutOptions = {},
): Promise<Layout> {
  const tables = files.filter((file) => isTable(file, options.labels));
  const pictures = files.filter(({ parts }) => hasPictureName(parts[parts.length - 1]));
  const others = files.filter((file) => !tables.includes(file) && !pictures.includes(file));
  const foreign = others.map(({ path, parts }) => ({
    path,
    reason: `is no picture (${extensionOf(parts[parts.length - 1]) || "no file extension"})`,
  }));
  const laid =
    tables.length > 0
      ? await layOutTables(pictures, tables, options.multiLabel)
      : layOutFolders(pictures, options);
  return { ...laid, skipped: [...skipped, ...foreign, ...laid.skipped] };
}

/** Whether a file is a table of labels: the one that was asked for, else one with a name of them. */
function isTable(file: FoundFile, wanted: string | undefined): boolean {
  const name = nameOf(file);
  if (wanted !== undefined) return name === wanted.replaceAll("\\", "/").replace(/^\.\//, "");
  const [last] = file.parts.slice(-1);
  const isInPart = file.parts.length === 2 && partOf(file.parts[0]) !== undefined;
  if (file.parts.length > 1 && !isInPart) return false;
  const isPartTable = file.parts.length === 1 && partOf(last.replace(/\.csv$/i, "")) !== undefined;
  return tableNames.includes(last) || (isPartTable && extensionOf(last) === ".csv");
}

/** Whether the folders at the top are parts: all of them, and one is for training. */
function hasParts(pictures: readonly FoundFile[]): boolean {
  const tops = new Set(
    pictures.flatMap(({ parts }) => (parts.length > 1 ? [partOf(parts[0])] : [])),
  );
  return tops.has("train") && !tops.has(undefined);
}

function layOutFolders(
  pictures: readonly FoundFile[],
  { classNames, multiLabel = false }: LayoutOptions,
): Layout {
  const splits = hasParts(pictures);
  const depth = splits ? 1 : 0;
  const folderOf = ({ parts }: FoundFile) => parts.slice(depth, -1);
  const holders = new Set(classNames ?? pictures.map((picture) => folderOf(picture).join("/")));
  const files: LabelledFile[] = [];
  const skipped: SkippedFile[] = [];
  for (const file of pictures) {
    const folder = folderOf(file);
    const part = splits ? partOf(file.parts[0]) : undefined;
    const ancestors = folder.map((_, i) => folder.slice(0, i + 1).join("/"));
    const className = ancestors.find((name) => holders.has(name));
    const reason =
      folder.length === 0 ? "lies in no folder of a class" : "lies in no folder of these classes";
    if (className === undefined) skipped.push({ path: file.path, reason });
    else files.push({ file, classNames: [className], ...(part && { part }) });
  }
  return { files, skipped, isMultiLabel: multiLabel };
}

async function layOutTables(
  pictures: readonly FoundFile[],
  tables: readonly FoundFile[],
  multiLabel: boolean | undefined,
): Promise<Layout> {
  const files: LabelledFile[] = [];
  const skipped: SkippedFile[] = [];
  const byName = new Map(pictures.map((picture) => [nameOf(picture), picture]));
  // Tables often leave the extension out.
  const byStem = new Map(
    pictures.map((picture) => [nameOf(picture).replace(/\.[^./]+$/, ""), picture]),
  );
  const named = new Map<FoundFile, string>();
  const read = async (table: FoundFile) => readLabels(await table.read(), table.path);
  const contents = await Promise.all(tables.map(read));
  const marksSeveral = (row: LabelRow) => row.classNames.length > 1;
  const isMultiLabel = multiLabel ?? contents.some((rows) => rows.some(marksSeveral));
  for (const [i, table] of tables.entries()) {
    const [last] = table.parts.slice(-1);
    const folder = table.parts.slice(0, -1);
    const whole = partOf(folder[0] ?? "") ?? partOf(last.replace(/\.csv$/i, ""));
    for (const row of contents[i]) {
      const name = placeOf(folder, row.path);
      const file = name === undefined ? undefined : (byName.get(name) ?? byStem.get(name));
      const problem =
        problemOf(row, name, file, named, last) ?? (isMultiLabel ? undefined : countProblem(row));
      if (problem !== undefined) {
        skipped.push({ path: file?.path ?? row.path, reason: problem });
      }
      if (file === undefined) continue;
      const isFirst = !named.has(file);
      named.set(file, namesOf(row));
      if (!isFirst || problem !== undefined) continue;
      const part = partOf(row.part ?? "") ?? whole;
      files.push({ file, classNames: row.classNames, ...(part && { part }) });
    }
  }
  const list = tables.map(({ parts }) => parts[parts.length - 1]).join(", ");
  for (const picture of pictures) {
    if (!named.has(picture)) skipped.push({ path: picture.path, reason: `is not in ${list}` });
  }
  return { files, skipped, isMultiLabel };
}

/** The classes of a row in words. */
const namesOf = ({ classNames }: LabelRow) => classNames.join(" and ") || "none";

/** Why a row cannot be used where each picture has one class. */
function countProblem({ classNames: { length } }: LabelRow): string | undefined {
  if (length === 1) return undefined;
  return `has ${length === 0 ? "no class" : `${length} classes`} in the table`;
}

/** The path below the folder that a table means; undefined where it leads out of it. */
function placeOf(folder: readonly string[], path: string): string | undefined {
  const parts = path.split(/[\\/]/).filter((part) => part !== "." && part !== "");
  const leadsOut = /^([\\/]|[A-Za-z]:)/.test(path) || parts.includes("..");
  return leadsOut ? undefined : [...folder, ...parts].join("/");
}

function problemOf(
  row: LabelRow,
  name: string | undefined,
  file: FoundFile | undefined,
  named: ReadonlyMap<FoundFile, string>,
  table: string,
): string | undefined {
  if (name === undefined) return `leads out of the folder of ${table}`;
  if (file === undefined) return `is in ${table}, and there is no such picture`;
  const known = named.get(file);
  if (known === undefined || known === namesOf(row)) return undefined;
  return `has several classes in ${table}: ${known}, ${namesOf(row)}`;
}
