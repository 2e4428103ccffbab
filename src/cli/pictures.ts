// Folders of pictures for commands: what to make of one where the options leave it open, its examples, and how they are
// told of. How pictures are found and read is the business of data/.

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { DataError } from "../core/errors.ts";
import type { ExampleSet } from "../data/example-set.ts";
import type { ClassCount, ImageFolder } from "../data/image-folder/image-folder.ts";
import type { ImageFolderOptions } from "../data/image-folder/options.ts";
import type { Survey } from "../data/image-folder/survey.ts";
import { formatCount } from "../report/numbers.ts";
import { type Output, standardError } from "./output.ts";
import { formatTable } from "./table.ts";

/** Examples, wherever they come from. */
export interface LoadedData {
  readonly name: string;
  /** One line: where the examples came from, and how many there are. */
  readonly source: string;
  readonly train: ExampleSet;
  /** Absent where nothing is held out yet. */
  readonly validation?: ExampleSet;
  /** Absent where there is no third part. */
  readonly test?: ExampleSet;
  /** What is known of the folder, where they are pictures of one. */
  readonly folder?: ImageFolder;
}

/** How pictures become examples. */
export type PictureChoice = Required<
  Pick<ImageFolderOptions, "size" | "resize" | "channels" | "validation" | "seed" | "strict">
> &
  Pick<ImageFolderOptions, "classNames">;

/** Whether a path is that of pictures: a table of labels, or a folder without files of a data set. */
export async function holdsPictures(path: string): Promise<boolean> {
  if (extname(path).toLowerCase() === ".csv") return true;
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return false;
  const names = await readdir(path).catch(() => []);
  return !names.some((name) => /(idx[13]-ubyte|classes\.txt)/.test(name));
}

/** What the pictures at a path are like. */
export async function surveyPictures(path: string): Promise<Survey> {
  const { walk } = await import("../data/image-folder/walk.ts");
  const { survey } = await import("../data/image-folder/survey.ts");
  const isTable = extname(path).toLowerCase() === ".csv";
  if (!isTable) return survey(await walk(path));
  return survey(await walk(dirname(path)), { labels: basename(path) });
}

/**
 * The pictures at a path as examples, with warnings on the way.
 *
 * @throws DataError where none can be used.
 */
export async function loadPictures(
  path: string,
  choice: PictureChoice,
  output: Output,
): Promise<LoadedData> {
  const { imageFolder } = await import("../data/image-folder/image-folder.ts");
  const { classNames, ...options } = choice;
  const folder = await imageFolder(path, {
    ...options,
    ...(classNames !== undefined && { classNames }),
    onWarning: (text) => output.warn(`Note: ${text}`),
    onProgress: ({ done, total }) => showProgress(done, total, output),
  });
  const { train, validation, test, counts } = folder;
  const all = counts.reduce((sum, one) => sum + one.train + one.validation + one.test, 0);
  const [height, width] = choice.size;
  return {
    name: basename(resolve(path)),
    source:
      `folder ${path}: ${formatCount(all)} pictures of ${counts.length} classes, ` +
      `each ${height} x ${width}`,
    train,
    ...(validation && { validation }),
    ...(test && { test }),
    folder,
  };
}

/** @throws DataError where there is nothing to tell apart. */
export function requireClasses({ classNames }: ImageFolder, path: string): void {
  if (classNames.length > 1) return;
  throw new DataError({
    what: `All pictures in ${path} are of one class, "${classNames[0]}".`,
    expected: "a folder for each class, at least two",
    received: "one class",
    fix: "Add pictures of something else, in a folder of their own.",
  });
}

function showProgress(done: number, total: number, output: Output): void {
  if (!output.chatty || !standardError.canRedraw) return;
  if (done !== total && done % 20 !== 0) return;
  const end = done === total ? "\x1b[2K\r" : "";
  standardError.write(
    `\rReading pictures: ${formatCount(done)} of ${formatCount(total)}\x1b[K${end}`,
  );
}

/** How many pictures each class has, as a table. */
export function formatCounts(counts: readonly ClassCount[]): string {
  const parts = (["train", "validation", "test"] as const).filter(
    (part) => part === "train" || counts.some((count) => count[part] > 0),
  );
  const titles = { train: "training", validation: "validation", test: "test" };
  const rows = counts.map((count) => [
    count.name,
    ...parts.map((part) => formatCount(count[part])),
  ]);
  return formatTable(
    [["class", ...parts.map((part) => titles[part])], ...rows],
    ["left", ...parts.map(() => "right" as const)],
  );
}

/** Files that a terminal lists; a report has all of them. */
const mostListed = 20;

/** The files that were not used, with the reasons; nothing where all were. */
export function formatSkipped({ skipped }: Pick<ImageFolder, "skipped">): string | undefined {
  if (skipped.length === 0) return undefined;
  const rows = skipped.slice(0, mostListed).map(({ path, reason }) => `  ${path} ${reason}`);
  const more = skipped.length - rows.length;
  const count = `${formatCount(skipped.length)} ${skipped.length === 1 ? "file was" : "files were"} not used:`;
  return [count, ...rows, ...(more > 0 ? [`  and ${formatCount(more)} more`] : [])].join("\n");
}
