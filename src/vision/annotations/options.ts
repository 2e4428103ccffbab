// What people say of a folder of annotated pictures, and whether it can be used.

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
import { type CacheKind, cacheKinds } from "../../data/image-folder/pixel-cache.ts";
import type { Color } from "../../images/channels.ts";
import type { DecodeImageOptions } from "../../images/decode.ts";
import { type FormName, formNames, type TargetName, targetNames } from "./found.ts";
import { type OrientationWish, orientationWishes } from "./place-objects.ts";

/** How a folder of annotated pictures is read. */
export interface AnnotatedImagesOptions
  extends Pick<DecodeImageOptions, "background" | "maxPixels" | "timeout"> {
  /**
   * What the annotations are: `coco` (JSON), `yolo` (text), `voc` (XML) or `masks` (pictures of classes). Default: what
   * is found, in this order.
   */
  readonly form?: FormName;
  /**
   * What is made of them: `boxes` `[B, 4]`, or `masks` `[H, W]`, which need polygons, run-length codes or pictures of
   * classes. Default: what the form is usually used for.
   */
  readonly target?: TargetName;
  /** The channels of the pictures: 1 for grey, 3 for colour, 4 with transparency. Default: 3. */
  readonly channels?: 1 | 3 | 4;
  /** Larger pictures are shrunk until their longer side has this many pixels, with all that is in them. Default: none are. */
  readonly longestSide?: number;
  /**
   * The classes, in the order of their numbers. Objects of other classes are ignored. In masks, class `i` has the level or
   * palette number `i`. Default: those that the files list; where there is no list, those with objects, in alphabetical
   * order.
   */
  readonly classNames?: readonly string[];
  /**
   * For masks: the level, the palette number or the colour of each class, as in `{ road: 7, car: [64, 0, 128] }`; other
   * values are of unknown class. Default: from a table `labelmap.txt` or `class_dict.csv`; else by the values that occur.
   */
  readonly classValues?: Readonly<Record<string, number | Color>>;
  /**
   * What becomes of pictures that no annotation speaks of: `skip` leaves them out, `empty` takes them for pictures without
   * objects. Default: `empty` for YOLO, which has no files for such pictures, else `skip`.
   */
  readonly unannotated?: "skip" | "empty";
  /**
   * What places in the files refer to where EXIF turns a picture: the picture as it is `stored`, or `upright`. Default:
   * `auto`: the size that the file states decides; where it does not, `upright` for YOLO and `stored` for others.
   */
  readonly orientation?: OrientationWish;
  /**
   * The share that is held out for validation, unless the folder says which pictures that are: of pictures whose rarest
   * class is the same, the same share. Copies of a picture stay together. Default: 0.2.
   */
  readonly validation?: number;
  /** The seed that decides which pictures are held out. Default: 0. */
  readonly seed?: number;
  /** Refuses a folder in which anything is skipped or faulty. Default: false; it is listed. */
  readonly strict?: boolean;
  /**
   * Where decoded pictures are kept: `memory`, a `file` in the cache folder, or `none`. Default: `auto`, memory for up to
   * 256 MiB of them and a file for more.
   */
  readonly cache?: CacheKind;
  /** The folder of such files. Default: `images` in Fovea's cache folder. */
  readonly cacheFolder?: string;
  /** How many pictures are decoded at a time. Does not change the result. Default: the number of cores. */
  readonly workers?: number;
  /** Called as pictures are read for the first time. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Receives warnings. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

const known: OptionNames<AnnotatedImagesOptions> = {
  background: true,
  maxPixels: true,
  timeout: true,
  form: true,
  target: true,
  channels: true,
  longestSide: true,
  classNames: true,
  classValues: true,
  unannotated: true,
  orientation: true,
  validation: true,
  seed: true,
  strict: true,
  cache: true,
  cacheFolder: true,
  workers: true,
  onProgress: true,
  onWarning: true,
};

/** @throws ConfigError where an option cannot be used; those of decoding are checked there. */
export function checkAnnotatedImagesOptions(options: AnnotatedImagesOptions): void {
  requireKnownOptions("vision.annotatedImages", options, known, '"photos", { target: "boxes" }');
  const { form, target, channels, longestSide, classNames, classValues, unannotated } = options;
  const { orientation, validation, seed, strict, cache, workers } = options;
  if (form !== undefined) requireWord("form", form, formNames);
  if (target !== undefined) requireWord("target", target, targetNames);
  if (channels !== undefined) {
    requireOption("channels", channels, [1, 3, 4].includes(channels), "1, 3 or 4");
  }
  if (longestSide !== undefined) requireWhole("longestSide", longestSide);
  if (classNames !== undefined) {
    const areNames =
      Array.isArray(classNames) &&
      classNames.length > 0 &&
      classNames.length <= 255 * 255 &&
      classNames.every((name) => typeof name === "string" && name !== "") &&
      new Set(classNames).size === classNames.length;
    requireOption("classNames", classNames, areNames, "a list of different names");
  }
  if (classValues !== undefined) {
    const areValues =
      typeof classValues === "object" &&
      classValues !== null &&
      Object.keys(classValues).length > 0 &&
      Object.values(classValues).every(isValue);
    const expected = "a whole number from 0 to 65535 or a colour for each class";
    requireOption("classValues", classValues, areValues, expected);
  }
  if (unannotated !== undefined) requireWord("unannotated", unannotated, ["skip", "empty"]);
  if (orientation !== undefined) requireWord("orientation", orientation, orientationWishes);
  if (validation !== undefined) requireNumber("validation", validation, { least: 0, below: 1 });
  if (seed !== undefined) requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  if (strict !== undefined) requireFlag("strict", strict);
  if (cache !== undefined) requireWord("cache", cache, cacheKinds);
  if (workers !== undefined) requireWhole("workers", workers);
}

function isValue(value: unknown): boolean {
  const isLevel = (one: unknown, most: number) => isWhole(one, 0) && one <= most;
  if (Array.isArray(value)) return value.length === 3 && value.every((part) => isLevel(part, 255));
  return isLevel(value, 65_535);
}
