// What people say of scenes, whatever is in them, and whether it can be used.

import {
  isWhole,
  type OptionNames,
  requireNumber,
  requireOption,
  requireWhole,
  requireWord,
} from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { PartName } from "../../data/image-folder/layout.ts";

/** What scenes are like. */
export interface SceneOptions {
  /** How many scenes there are. Default: 1000. */
  readonly count?: number;
  /** Height and width of each picture in pixels, at least 16. Default: `[128, 128]`. */
  readonly size?: readonly [height: number, width: number];
  /**
   * The seed of everything that is random. The same options and seed give the same pictures, wherever they are made.
   * Default: 0.
   */
  readonly seed?: number;
  /**
   * What the scenes are for: `train`, `validation` or `test`. With one seed, the parts have no scene in common, and no
   * background either. Default: `train`.
   */
  readonly part?: PartName;
  /** The fewest and the most objects in a picture. One that finds no place is left out. Default: `[1, 5]`. */
  readonly objects?: readonly [fewest: number, most: number];
  /** The smallest and the largest size of objects, as shares of the picture's shorter side. Default: `[0.2, 0.45]`. */
  readonly objectSize?: readonly [smallest: number, largest: number];
  /**
   * The largest share of an object that other objects and the picture's edge may hide: 0 keeps objects apart and whole.
   * At least 0, below 1. Default: 0.25.
   */
  readonly occlusion?: number;
  /**
   * Backgrounds: a folder of photographs, or a list of pictures `[H, W, C]`, at least three. By `seed`, a fifth of them is
   * used by the part `test` alone and a tenth by `validation` alone. Default: textures that are computed.
   */
  readonly photographs?: string | readonly Tensor<Uint8Array>[];
}

/** Options that all scenes have, by name. */
export const sceneOptionNames: OptionNames<SceneOptions> = {
  count: true,
  size: true,
  seed: true,
  part: true,
  objects: true,
  objectSize: true,
  occlusion: true,
  photographs: true,
};

/** Each option as it was given, or its default. */
export type SceneSettings = Required<Omit<SceneOptions, "photographs">> &
  Pick<SceneOptions, "photographs">;

/** Streams of random numbers of one part: one for each scene. */
const mostScenes = 2 ** 29;

/** @throws ConfigError where an option cannot be used. */
export function sceneSettings(options: SceneOptions): SceneSettings {
  const { count = 1000, size = [128, 128], seed = 0, part = "train" } = options;
  const { objects = [1, 5], objectSize = [0.2, 0.45], occlusion = 0.25, photographs } = options;
  const isCount = isWhole(count, 1) && count <= mostScenes;
  requireOption("count", count, isCount, `a whole number from 1 to ${mostScenes}`);
  const isSize = isPair(size) && size.every((side) => isWhole(side, 16) && side <= 8192);
  requireOption("size", size, isSize, "height and width, from 16 to 8192, such as [128, 128]");
  requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  requireWord("part", part, ["train", "validation", "test"]);
  const areCounts =
    isPair(objects) &&
    objects.every((side) => isWhole(side, 0) && side <= 10_000) &&
    objects[0] <= objects[1];
  requireOption("objects", objects, areCounts, "the fewest and the most, such as [1, 5]");
  const areShares =
    isPair(objectSize) &&
    objectSize.every((share) => typeof share === "number" && share > 0 && share <= 1) &&
    objectSize[0] <= objectSize[1];
  requireOption(
    "objectSize",
    objectSize,
    areShares,
    "the smallest and the largest share of the shorter side, such as [0.2, 0.45]",
  );
  requireNumber("occlusion", occlusion, { least: 0, below: 1 });
  const areBackgrounds =
    photographs === undefined ||
    (typeof photographs === "string" && photographs !== "") ||
    (Array.isArray(photographs) && photographs.every(isPicture));
  const expected = "a folder, or a list of pictures of bytes, [H, W, C]";
  requireOption("photographs", areBackgrounds || "no pictures", areBackgrounds, expected);
  return {
    count,
    size,
    seed,
    part,
    objects,
    objectSize,
    occlusion,
    ...(photographs !== undefined && { photographs }),
  };
}

const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2;

function isPicture(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("data" in value && "shape" in value)) {
    return false;
  }
  const { data, shape } = value;
  const isShape =
    Array.isArray(shape) && shape.length === 3 && shape.every((side) => isWhole(side, 1));
  return data instanceof Uint8Array && isShape && shape[2] <= 4 && sizeOf(shape) === data.length;
}
