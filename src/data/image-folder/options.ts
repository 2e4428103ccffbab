// What people say to `imageFolder`, and whether it can be used.

import {
  isWhole,
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWhole,
  requireWord,
} from "../../core/option.ts";
import type { Warn } from "../../core/warn.ts";
import type { DecodeImageOptions } from "../../images/decode.ts";
import type { Preprocess } from "../../nn/preprocess.ts";
import { type CacheKind, cacheKinds } from "./pixel-cache.ts";

/** What is left to the decoder. */
const decodingOptions = [
  "channels",
  "background",
  "resize",
  "interpolation",
  "antialias",
  "crop",
  "fillValue",
  "draft",
  "maxPixels",
  "timeout",
] as const;
type DecodingOption = (typeof decodingOptions)[number];

/** How a folder of pictures becomes examples. */
export interface ImageFolderOptions extends Pick<DecodeImageOptions, DecodingOption> {
  /** Height and width that every picture gets. Default: `[256, 256]`. */
  readonly size?: readonly [number, number];
  /**
   * The share of each class that is held out for validation, unless the folder has a validation part. Copies of a picture stay together. Default: 0.2.
   */
  readonly validation?: number;
  /** The seed that decides which pictures are held out. Default: 0. */
  readonly seed?: number;
  /**
   * The classes, in the order of their numbers: names of folders, or labels of the table. Pictures in their subfolders
   * belong to them; other classes are ignored. Default: all classes with training pictures, in alphabetical order.
   */
  readonly classNames?: readonly string[];
  /**
   * A table of labels in CSV, by its path below the folder: `path,label`, or one column for each class. Default: `labels.csv`,
   * `_classes.csv` or `metadata.csv` at the top or in the folder of a part, or `train.csv`, `val.csv` and `test.csv`, where
   * there is one; else the folders say the classes.
   */
  readonly labels?: string;
  /**
   * Whether a picture may have any number of classes: then `y` is `[N, K]`, 0 and 1 for each class, for a `sigmoid` and
   * `binaryCrossentropy`. With `false`, pictures for which a table marks several classes or none are listed in `skipped`.
   * Default: whether a table marks several classes for any picture.
   */
  readonly multiLabel?: boolean;
  /** Refuses a folder with files that cannot be used. Default: false; they are listed in `skipped`. */
  readonly strict?: boolean;
  /**
   * Where decoded pictures are kept: `memory`, a `file` in the cache folder, or `none`, which decodes each picture whenever it is
   * needed. Default: `auto`, memory for up to 256 MiB of them and a file for more.
   */
  readonly cache?: CacheKind;
  /** The folder of such files. Default: `images` in Fovea's cache folder. */
  readonly cacheFolder?: string;
  /**
   * How many pictures are decoded at a time; as many again are read and resized meanwhile. Does not change the result.
   * Default: the number of cores.
   */
  readonly workers?: number;
  /** Called as pictures are read for the first time. */
  readonly onProgress?: (progress: ImageFolderProgress) => void;
  /** Receives warnings. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

/** As in Keras. */
const defaultSize = [256, 256] as const;

/** How many of a folder's pictures have been looked at. */
export interface ImageFolderProgress {
  readonly done: number;
  readonly total: number;
}

const names: OptionNames<ImageFolderOptions> = {
  size: true,
  channels: true,
  background: true,
  resize: true,
  interpolation: true,
  antialias: true,
  crop: true,
  fillValue: true,
  draft: true,
  maxPixels: true,
  timeout: true,
  validation: true,
  seed: true,
  classNames: true,
  labels: true,
  multiLabel: true,
  strict: true,
  cache: true,
  cacheFolder: true,
  workers: true,
  onProgress: true,
  onWarning: true,
};

/** @throws ConfigError where an option cannot be used; those of decoding are checked there. */
export function checkImageFolderOptions(call: string, options: ImageFolderOptions): void {
  requireKnownOptions(call, options, names, '"photos", { size: [96, 96] }');
  const { size, validation, seed, classNames, strict, cache, workers, channels } = options;
  const { multiLabel } = options;
  if (size !== undefined) {
    const fits = Array.isArray(size) && size.length === 2 && size.every((side) => isWhole(side, 1));
    requireOption("size", size, fits, "height and width, such as [96, 96]");
  }
  if (channels !== undefined)
    requireOption("channels", channels, [1, 3, 4].includes(channels), "1, 3 or 4");
  if (validation !== undefined) requireNumber("validation", validation, { least: 0, below: 1 });
  if (seed !== undefined) requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  if (classNames !== undefined) {
    const areNames =
      Array.isArray(classNames) &&
      classNames.length > 0 &&
      classNames.every((name) => typeof name === "string" && name !== "") &&
      new Set(classNames).size === classNames.length;
    requireOption("classNames", classNames, areNames, "a list of different names");
  }
  if (strict !== undefined) requireFlag("strict", strict);
  if (multiLabel !== undefined) requireFlag("multiLabel", multiLabel);
  if (cache !== undefined) requireWord("cache", cache, cacheKinds);
  if (workers !== undefined) requireWhole("workers", workers);
}

/** What the decoder is told. */
export function decodingOf(
  options: ImageFolderOptions,
): Pick<DecodeImageOptions, DecodingOption | "size"> {
  const { size = defaultSize, channels = 3 } = options;
  const given = decodingOptions.filter((name) => options[name] !== undefined);
  return { ...Object.fromEntries(given.map((name) => [name, options[name]])), size, channels };
}

/** How a model treats the pictures that it is given later: as the decoder has been told. */
export function preprocessOf(decoding: ReturnType<typeof decodingOf>): Preprocess {
  const { size, resize, interpolation, antialias, crop, fillValue, background } = decoding;
  return {
    scale: 1 / 255,
    ...(size !== undefined && { size }),
    ...(resize !== undefined && { resize }),
    ...(interpolation !== undefined && { interpolation }),
    ...(antialias !== undefined && { antialias }),
    ...(crop !== undefined && { crop }),
    ...(typeof fillValue === "number" && { fillValue }),
    ...(background !== undefined && { background }),
  };
}
