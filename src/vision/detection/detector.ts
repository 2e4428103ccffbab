// A model that finds objects: any network of the zoo, a feature pyramid, and a head that gives a box and the scores of the
// classes at each point.

import { ConfigError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireOption,
  requireWhole,
} from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import { Network } from "../../nn/network.ts";
import type { Preprocess } from "../../nn/preprocess.ts";
import { Model } from "../../train/model.ts";
import { type ModelOptions, modelOptionNames } from "../../train/model-options.ts";
import {
  type ArchitectureName,
  type ArchitectureOptions,
  type PretrainedOptions,
  zoo,
} from "../../zoo/index.ts";
import { detectionHead, type FeatureMap, requireMultiples } from "./detection-network.ts";
import { letterboxLevel } from "./letterbox.ts";

/** How a detector is made. */
export interface DetectorOptions<N extends ArchitectureName = ArchitectureName>
  extends PretrainedOptions,
    Omit<ModelOptions, "preprocess"> {
  /** The number of classes, or their names. */
  readonly classes: number | readonly string[];
  /** The network of the zoo whose features are used. Default: `mobilenet-v2`. */
  readonly backbone?: N;
  /** Options of the backbone's own, such as `{ width: 0.5 }`. Default: none. */
  readonly backboneOptions?: Partial<Omit<ArchitectureOptions<N>, "inputShape" | "includeTop">>;
  /**
   * The shape of the images that it looks at, `[H, W, C]`; pictures of other sizes are letterboxed. Height and width must be
   * multiples of the largest stride. Default: [320, 320, 3].
   */
  readonly inputShape?: Shape;
  /**
   * The distances of neighbouring points in pixels, each twice the one before. Points of stride s are trained to find
   * objects up to 8 · s pixels long, those of the last stride also all that are longer. Default: [8, 16, 32].
   */
  readonly strides?: readonly number[];
  /** Channels of the pyramid and the heads. Default: 64. */
  readonly width?: number;
  /** Convolutions of each branch of the heads. Default: 2. */
  readonly depth?: number;
  /** The model's name. Default: that of the backbone, and `-detector`. */
  readonly name?: string;
}

const { preprocess: _, ...ofModel } = modelOptionNames;

const optionNames: OptionNames<DetectorOptions> = {
  ...ofModel,
  classes: true,
  backbone: true,
  backboneOptions: true,
  inputShape: true,
  strides: true,
  width: true,
  depth: true,
  name: true,
  weights: true,
  skipMismatch: true,
  onWarning: true,
  cacheFolder: true,
  onProgress: true,
  fetch: true,
};

/**
 * A detector: a model of images `[N, H, W, C]` that gives a box and the scores of the classes at each of P points,
 * `[N, P, 4 + classes]`. Boxes are left, top, right and bottom in pixels of the image. `detect` makes objects of it.
 *
 * It is anchor-free and of one stage: features of the backbone at each stride, a feature pyramid, and a head of two
 * branches, as in FCOS (Tian et al., ICCV 2019). Heads share their convolutions and have batch normalization of their
 * own, as in RTMDet (Lyu et al., 2022). Train it on a `detectionSource` by the loss `losses.detection()`.
 *
 * @throws ConfigError if an option cannot be used or the backbone has no features of such strides, ShapeError if the
 * image does not fit them, DownloadError or FormatError if weights cannot be had.
 * @example
 * const model = await vision.detector({ classes: ["cat", "dog"], backbone: "mobilenet-v2", weights: "imagenet" });
 * model.compile({ optimizer: optimizers.adamW({ learningRate: 1e-3 }), loss: losses.detection() });
 * await model.fit(vision.detectionSource(model, photos.train), { epochs: 50, batchSize: 16 });
 */
export async function detector<N extends ArchitectureName = "mobilenet-v2">(
  options: DetectorOptions<N>,
): Promise<Model> {
  requireKnownOptions("vision.detector", options, optionNames, '{ classes: ["cat", "dog"] }');
  const {
    classes,
    backbone = "mobilenet-v2",
    backboneOptions = {},
    strides = [8, 16, 32],
  } = options;
  const { inputShape = [320, 320, 3], width = 64, depth = 2 } = options;
  const { seed, precision, device, name = `${backbone}-detector`, ...rest } = options;
  const count = typeof classes === "number" ? classes : classes?.length;
  requireWhole("classes", count);
  requireWhole("width", width);
  requireWhole("depth", depth, 0);
  requireStrides(strides);
  const { weights, skipMismatch, onWarning, cacheFolder, onProgress, fetch } = rest;
  const given = { weights, skipMismatch, onWarning, cacheFolder, onProgress, fetch, seed };
  const base = await zoo.load(backbone as string, {
    ...definedOnly(given),
    ...backboneOptions,
    inputShape,
    includeTop: false,
  });
  requireMultiples(inputShape, strides);
  const architecture = await zoo.architecture(backbone as string);
  const names = Object.values(architecture.features(backboneOptions));
  const maps = mapsOf(base, names, strides);
  const network = new Network({
    name,
    inputs: base.inputs,
    outputs: detectionHead(maps, strides, { classes: count, width, depth }),
  });
  return new Model(network, {
    ...definedOnly({ seed, precision, device }),
    preprocess: preprocessOf(base.preprocess[0], inputShape),
  });
}

/**
 * The last features of each stride, for the first strides or all of them.
 *
 * @throws ConfigError where the first stride has none.
 */
function mapsOf(base: Model, names: readonly string[], strides: readonly number[]): FeatureMap[] {
  const [height, width] = base.inputs[0].shape;
  const known = names.map((name) => {
    const features = base.getLayer(name).output;
    return { stride: height / features.shape[0], features };
  });
  const maps = strides.map((stride) =>
    known.findLast(
      ({ features }) =>
        features.shape[0] === height / stride && features.shape[1] === width / stride,
    ),
  );
  const missing = maps.indexOf(undefined);
  const found = maps.slice(0, missing < 0 ? maps.length : missing);
  if (found.length > 0) return found.filter((map) => map !== undefined);
  throw new ConfigError({
    what: `The backbone "${base.name}" has no features of stride ${strides[0]}.`,
    expected: `strides that begin with one of ${known.map(({ stride }) => stride).join(", ")}`,
    received: strides.join(", "),
  });
}

/** What the backbone expects of bytes, and pictures of other sizes in the middle of a grey image. */
function preprocessOf(record: Preprocess | undefined, [height, width]: Shape): Preprocess {
  const { scale, offset, mean, deviation, channelOrder } = record ?? {};
  return {
    ...definedOnly({ scale, offset, mean, deviation, channelOrder }),
    size: [height, width],
    resize: "contain",
    fillValue: letterboxLevel,
  };
}

function requireStrides(strides: readonly number[]): void {
  const fits =
    Array.isArray(strides) &&
    strides.length > 0 &&
    strides.every(
      (stride, i) => Number.isSafeInteger(stride) && (i === 0 || stride === 2 * strides[i - 1]),
    ) &&
    strides[0] >= 1;
  requireOption(
    "strides",
    strides,
    fits,
    "whole numbers, each twice the one before, such as [8, 16]",
  );
}

/** The entries that are not undefined. */
function definedOnly<O extends object>(options: O): { [K in keyof O]?: Exclude<O[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof O]?: Exclude<O[K], undefined> };
}
