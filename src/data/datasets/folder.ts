// A dataset of one's own: a folder with four IDX files named as MNIST's are, images of any size,
// any number of classes. It searches nowhere else and downloads nothing.

import { platform } from "#platform";
import { DataError, FormatError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { countExamples, type Examples } from "../examples.ts";
import { readBytes } from "../published-file.ts";
import type { LoadedDataset } from "./dataset.ts";
import { readIdxFolder } from "./idx-folder.ts";
import { mnistRecord } from "./mnist.ts";

const { paths } = platform;

/** The optional file that names the classes, one a line. */
const classFile = "classes.txt";

/**
 * Loads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the two `t10k` files, packed with
 * gzip or not: images `[N, H, W, 1]` and labels `[N]` in u8. The classes are the lines of
 * `classes.txt` where there is one, else the numbers from 0 to the largest label, each of which
 * must occur among the training labels.
 *
 * @throws FormatError where a file is absent or damaged.
 * @throws DataError where the files do not belong together, or a label is out of range.
 * @example const { train, test } = await loadFolder("data/kuzushiji");
 */
export async function loadFolder(folder: string): Promise<LoadedDataset> {
  await checkFolder(folder);
  const named = await readClassNames(folder);
  const { files } = mnistRecord;
  const { train, test } = await readIdxFolder(folder, {
    files,
    ...(named && { classNames: named }),
  });
  checkSameSize(train, test, folder);
  const classNames = named ?? classesOf(train, folder);
  const most = test.y.data.findIndex((label: number) => label >= classNames.length);
  if (most !== -1)
    throw outOfRange(`The test set in ${folder}`, test.y.data[most], most, classNames);
  const [training, testing] = [train, test].map((set) =>
    countExamples(set).toLocaleString("en-US"),
  );
  return {
    name: paths.basename(paths.resolve(folder)),
    source: `folder ${folder}: ${training} training and ${testing} test images`,
    train: { ...train, classNames },
    test: { ...test, classNames },
  };
}

async function checkFolder(folder: string): Promise<void> {
  const status = await platform.files.status(folder);
  if (status?.kind === "folder") return;
  throw new FormatError({
    what: `The folder ${folder} cannot be read.`,
    expected: "a folder with the four IDX files of a dataset",
    received: status === undefined ? "nothing of that name" : "a file",
    fix: "check the path",
  });
}

async function readClassNames(folder: string): Promise<string[] | undefined> {
  const bytes = await readBytes(paths.join(folder, classFile)).catch(() => undefined);
  const lines =
    bytes &&
    new TextDecoder()
      .decode(bytes)
      .split(/\r?\n/)
      .map((line) => line.trim());
  const classNames = lines?.filter((line) => line !== "");
  return classNames === undefined || classNames.length === 0 ? undefined : classNames;
}

function checkSameSize(train: Examples, test: Examples, folder: string): void {
  const [expected, received] = [train, test].map(({ x }) => formatShape(x.shape.slice(1)));
  if (expected === received) return;
  throw new DataError({
    what: `The images in ${folder} differ in size.`,
    expected: `test images ${expected}, as those for training`,
    received,
  });
}

/** A damaged label must not invent classes, so every class up to the largest has to occur. */
function classesOf({ y }: Examples, folder: string): string[] {
  const seen = new Set<number>(y.data);
  const largest = Math.max(...seen);
  const labels = Array.from({ length: largest + 1 }, (_, label) => label);
  const missing = labels.find((label) => !seen.has(label));
  if (missing === undefined) return labels.map(String);
  throw new DataError({
    what: `A label in ${folder} seems out of range: some classes below it never occur.`,
    expected: `every class from 0 to ${largest} among the training labels`,
    received: `${largest} for example ${y.data.indexOf(largest)}, and no ${missing} anywhere`,
    fix: `correct the label, or name all classes in ${classFile}, one a line`,
  });
}

function outOfRange(
  what: string,
  label: number,
  index: number,
  classNames: readonly string[],
): DataError {
  return new DataError({
    what: `${what} has a label that is no class.`,
    expected: `whole numbers from 0 to ${classNames.length - 1}, as in the training set`,
    received: `${label} at index ${index}`,
    fix: `correct the label, or name all classes in ${classFile}, one a line`,
  });
}
