// A folder of pictures as examples to train, validate and test with. It brings together what finds, checks, divides and
// reads them.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import type { Preprocess } from "../../nn/preprocess.ts";
import { printWarning } from "../../platform/print-warning.ts";
import { checkFiles, type Decode } from "./check.ts";
import {
  balanced,
  type ClassCount,
  type CopiedFile,
  copiesOf,
  countClasses,
  sortFiles,
  type UsedFile,
} from "./classes.ts";
import { divide } from "./divide.ts";
import { extensionOf, type FoundFiles, type SkippedFile } from "./found-file.ts";
import { type ImageSource, imageSource } from "./image-source.ts";
import { layOut } from "./layout.ts";
import {
  checkImageFolderOptions,
  decodingOf,
  type ImageFolderOptions,
  preprocessOf,
} from "./options.ts";
import { openCache } from "./pixel-cache.ts";
import { walk } from "./walk.ts";

const { paths } = platform;

/** A folder of pictures, ready to train with. */
export interface ImageFolder {
  readonly train: ImageSource;
  /** Absent if nothing is held out. */
  readonly validation?: ImageSource;
  /** Absent if the folder has no such part. */
  readonly test?: ImageSource;
  /** The name of class `i` at index `i`. */
  readonly classNames: readonly string[];
  /** How many pictures each class has. */
  readonly counts: readonly ClassCount[];
  /** Whether pictures may have several classes: then the targets are `[N, K]`, 0 and 1 for each class. */
  readonly isMultiLabel: boolean;
  /**
   * Class weights that balance the classes: `N / (classes · pictures of the class)`, for the option
   * `classWeights` of `fit`. Empty where pictures may have several classes: they have no weight of one class.
   */
  readonly classWeights: Readonly<Record<number, number>>;
  /** Files that are not used, with the reasons, by path. */
  readonly skipped: readonly SkippedFile[];
  /** Pictures that are in several parts, which makes results look better than they are. */
  readonly leaks: readonly CopiedFile[];
  /** Pictures that lie in one part several times. */
  readonly copies: readonly CopiedFile[];
  /** Warnings: small classes, leaks, contradictory labels. */
  readonly warnings: readonly string[];
  /**
   * The option `preprocess` for a model that is trained on these pictures: it scales bytes to 0…1, and resizes
   * pictures that are predicted later in the same way.
   */
  readonly preprocess: Preprocess;
  /** Frees memory and closes files. */
  close(): Promise<void>;
}

/** A class with fewer pictures is warned of. */
const fewPictures = 5;
/** Pictures that a message lists. */
const mostListed = 3;

/**
 * The pictures below a folder, as examples `x [N, H, W, C]` in u8 and class numbers `y [N]`. A class is a folder, as in
 * `photos/cat/1.jpg`; with folders `train`, `val` (or `valid`, `validation`) and `test` at the top those are the parts; a
 * CSV table of labels wins over both, and `path` may be one; where it marks several classes for a picture, `y` is `[N, K]`,
 * 0 and 1 for each class. Links are followed once, hidden files are ignored. Every picture is decoded once before the
 * call returns. Files that cannot be used are listed in `skipped`.
 *
 * @throws FormatError if the folder does not exist; DataError if no picture can be used, or with `strict` if any is
 * skipped; ConfigError if an option cannot be used.
 * @example
 * const photos = await data.imageFolder("photos", { size: [96, 96], resize: "cover", validation: 0.2, seed: 1 });
 * await model.fit(photos.train, { epochs: 10, validationData: photos.validation });
 */
export async function imageFolder(
  path: string,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  checkImageFolderOptions("data.imageFolder", options);
  const isTable = extensionOf(paths.basename(path)) === ".csv";
  const root = isTable ? paths.dirname(path) : path;
  const labels = isTable ? paths.basename(path) : options.labels;
  return fromFiles(await walk(root), root, { ...options, ...(labels !== undefined && { labels }) });
}

/** Pictures of files, wherever they were found; `root` is their folder, if they have one. */
export async function fromFiles(
  found: FoundFiles,
  root: string | undefined,
  options: ImageFolderOptions,
): Promise<ImageFolder> {
  const { validation = 0.2, seed = 0, onWarning = printWarning } = options;
  const { workers = platform.threads.count() } = options;
  const { decodeImage } = await import("../../images/decode.ts");
  const layout = await layOut(found, options);
  const where = root ?? "the list";
  const files = layout.files.map(({ file }) => file);
  if (files.length === 0) throw nothingFound(where, layout.skipped, found.files.length);
  const settings = decodingOf(options);
  const { size = [], channels = 3 } = settings;
  const shape = [...size, channels];
  const decode: Decode = async (bytes, name) =>
    (await decodeImage(bytes, { ...settings, name })).data;
  const recipe = JSON.stringify({ decoder: 1, ...settings });
  const cache = await openCache({
    kind: options.cache ?? "auto",
    files,
    rowBytes: shape.reduce((a, b) => a * b, 1),
    root,
    recipe,
    folder: options.cacheFolder,
  });
  const { store } = cache;
  try {
    const onProgress = (done: number, total: number) => options.onProgress?.({ done, total });
    const { known } = cache;
    const checked = await checkFiles(files, { decode, store, known, workers, onProgress });
    const notKept = await cache.keep(checked);
    const sorted = sortFiles(layout, checked, options.classNames);
    const skipped = [...layout.skipped, ...sorted.skipped].sort((a, b) =>
      a.path < b.path ? -1 : 1,
    );
    const { classNames, used } = sorted;
    const { isMultiLabel } = layout;
    if (!used.some(({ part }) => part === undefined || part === "train")) {
      throw nothingFound(where, skipped, found.files.length);
    }
    if (options.strict && skipped.length > 0) throw refused(where, skipped);
    const parts = divide(used, validation, seed);
    const digests = checked.map(({ digest }) => digest);
    const how = { store, decode, shape, workers, recipe, isMultiLabel };
    const pictures = { ...how, files, digests, classNames };
    const source = (numbers: Int32Array) =>
      imageSource(
        pictures,
        Array.from(numbers, (i) => used[i]),
      );
    const counts = countClasses(sorted, parts);
    const { copies, contradictions } = copiesOf(sorted, parts, files);
    const leaks = copies.filter((copy) => copy.parts.length > 1);
    const isFound = isMultiLabel && options.multiLabel === undefined;
    const warnings = [
      ...(isFound ? [severalClasses(used)] : []),
      ...(classNames.length === 1 && !isMultiLabel ? [oneClass(classNames[0])] : []),
      ...warningsOf(counts, leaks, contradictions, notKept),
    ];
    for (const warning of warnings) onWarning(warning);
    return {
      train: source(parts.train),
      ...(parts.validation.length > 0 && { validation: source(parts.validation) }),
      ...(parts.test.length > 0 && { test: source(parts.test) }),
      classNames,
      counts,
      isMultiLabel,
      classWeights: isMultiLabel ? {} : balanced(counts),
      skipped,
      leaks,
      copies: copies.filter((copy) => copy.parts.length === 1),
      warnings,
      preprocess: preprocessOf(settings),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What a table has decided is said. */
function severalClasses(used: readonly UsedFile[]): string {
  const several = used.filter(({ labels }) => labels.length > 1).length;
  return (
    `The table marks several classes for ${several} of ${used.length} pictures: targets are 0 and 1 for each class, ` +
    "for a sigmoid and binaryCrossentropy. With multiLabel: false such pictures are left out."
  );
}

const oneClass = (name: string) =>
  `All pictures are of one class, "${name}": there is nothing to tell apart.`;

function warningsOf(
  counts: readonly ClassCount[],
  leaks: readonly CopiedFile[],
  contradictions: readonly CopiedFile[],
  notKept: string | undefined,
): string[] {
  const few = counts.filter(({ train, validation }) => train + validation < fewPictures);
  const many = (count: number) => `${count} ${count === 1 ? "picture" : "pictures"}`;
  const list = (copies: readonly CopiedFile[]) =>
    copies
      .slice(0, mostListed)
      .map((copy) => copy.paths.join(" = "))
      .join("; ") + (copies.length > mostListed ? "; …" : "");
  return [
    ...few.map(
      ({ name, train, validation }) =>
        `The class "${name}" has only ${many(train + validation)} to learn from.`,
    ),
    ...(leaks.length > 0
      ? [
          `${many(leaks.length)} to train with ${leaks.length === 1 ? "is" : "are"} in another part as well, which makes ` +
            `what is measured there too good: ${list(leaks)}.`,
        ]
      : []),
    ...(contradictions.length > 0
      ? [`The same picture is in several classes: ${list(contradictions)}.`]
      : []),
    ...(notKept === undefined
      ? []
      : [`Decoded pictures cannot be kept, and are decoded again each time: ${notKept}.`]),
  ];
}

function listed(skipped: readonly SkippedFile[]): string {
  const some = skipped.slice(0, mostListed).map(({ path, reason }) => `${path} ${reason}`);
  return some.join("; ") + (skipped.length > mostListed ? "; …" : "");
}

function nothingFound(where: string, skipped: readonly SkippedFile[], files: number): DataError {
  return new DataError({
    what: `There is no picture to train with in ${where}.`,
    expected:
      "a folder for each class with its pictures in it, as in photos/cat/1.jpg, or a table of labels",
    received:
      files === 0 && skipped.length === 0
        ? "an empty folder"
        : `${files} files: ${listed(skipped)}`,
    fix: "Put the pictures of each class into a folder of its own.",
  });
}

function refused(where: string, skipped: readonly SkippedFile[]): DataError {
  const count = skipped.length;
  return new DataError({
    what: `${count} ${count === 1 ? "file" : "files"} in ${where} cannot be used, and strict is set.`,
    expected: "pictures that can be decoded, and nothing else",
    received: listed(skipped),
    fix: "Remove or repair them, or leave out strict.",
  });
}
