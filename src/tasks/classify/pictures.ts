// Folders of pictures with one class each: what to make of one where the options leave it open, and its examples. How
// pictures are found and read is the business of data/.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import type { ExampleSet } from "../../data/example-set.ts";
import type { ImageFolder } from "../../data/image-folder/image-folder.ts";
import type { ImageFolderOptions } from "../../data/image-folder/options.ts";
import type { Survey } from "../../data/image-folder/survey.ts";
import { formatCount } from "../../report/numbers.ts";
import type { LoadListener, MeasuredChoice, TrainedModel } from "../task.ts";

const { paths } = platform;

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

const isTable = (path: string) => paths.extname(path).toLowerCase() === ".csv";

/** Whether a path is that of pictures: a table of labels, or a folder without files of a data set. */
export async function holdsPictures(path: string): Promise<boolean> {
  if (isTable(path)) return true;
  if ((await platform.files.status(path))?.kind !== "folder") return false;
  const names = await platform.files.list(path).catch(() => []);
  return !names.some((name) => /(idx[13]-ubyte|classes\.txt)/.test(name));
}

/** What the pictures at a path are like. */
export async function surveyPictures(path: string): Promise<Survey> {
  const { walk } = await import("../../data/image-folder/walk.ts");
  const { survey } = await import("../../data/image-folder/survey.ts");
  if (!isTable(path)) return survey(await walk(path));
  return survey(await walk(paths.dirname(path)), { labels: paths.basename(path) });
}

/**
 * The pictures at a path as examples, with warnings on the way.
 *
 * @throws DataError where none can be used, or some have several classes.
 */
export async function loadPictures(
  path: string,
  choice: PictureChoice,
  { onWarning, onPictures }: LoadListener,
): Promise<LoadedData> {
  const { imageFolder } = await import("../../data/image-folder/image-folder.ts");
  const { classNames, ...options } = choice;
  const folder = await imageFolder(path, {
    ...options,
    ...(classNames !== undefined && { classNames }),
    onWarning,
    ...(onPictures && { onProgress: ({ done, total }) => onPictures(done, total) }),
  });
  if (folder.isMultiLabel) {
    await folder.close();
    throw severalClasses(path);
  }
  const { train, validation, test, counts } = folder;
  const all = counts.reduce((sum, one) => sum + one.train + one.validation + one.test, 0);
  const [height, width] = choice.size;
  return {
    name: paths.basename(paths.resolve(path)),
    source:
      `folder ${path}: ${formatCount(all)} pictures of ${counts.length} classes, ` +
      `each ${height} x ${width}`,
    train,
    ...(validation && { validation }),
    ...(test && { test }),
    folder,
  };
}

/** Commands learn and measure one class a picture. */
function severalClasses(path: string): DataError {
  return new DataError({
    what: `The table of labels in ${path} marks several classes for some pictures.`,
    expected: "one class for each picture",
    received: "pictures with several labels",
    fix:
      "Train in a program: data.imageFolder gives such targets, for a dense layer with a sigmoid and the loss " +
      "binaryCrossentropy. Or leave those pictures out of the table.",
  });
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

/**
 * Pictures of the size that a model takes, as those were that it learned from, by its own classes; undefined where it takes
 * none.
 */
export function picturesFor(
  { model: { network, preprocess }, classNames }: TrainedModel,
  choice: MeasuredChoice,
): PictureChoice | undefined {
  const [height, width, channels] = network.inputs[0].shape;
  if (network.inputs.length > 1 || (channels !== 1 && channels !== 3 && channels !== 4)) {
    return undefined;
  }
  const { validation, seed } = choice;
  const { resize = choice.resize } = preprocess[0] ?? {};
  return {
    size: [height, width],
    channels,
    resize,
    validation,
    seed,
    strict: false,
    ...(classNames !== undefined && { classNames }),
  };
}
