// Networks that give every pixel a class: U-Net, FCN and DeepLabV3 on the networks of the zoo.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import {
  isWhole,
  type OptionNames,
  only,
  outlineOf,
  requireFlag,
  requireKnownOptions,
  requireOption,
  requireRecord,
  requireWhole,
} from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import type { Warn } from "../../core/warn.ts";
import { layers } from "../../nn/layers/index.ts";
import { Network } from "../../nn/network.ts";
import type { Preprocess } from "../../nn/preprocess.ts";
import { Model } from "../../train/model.ts";
import { type ModelOptions, modelOptionNames } from "../../train/model-options.ts";
import { type FetchWeightsOptions, zoo } from "../../zoo/index.ts";
import { type Decoder, deepLabDecoder, fcnDecoder, unetDecoder } from "./decoders.ts";
import { dilated, type Encoder, loadEncoder } from "./encoder.ts";

/** How a network that gives every pixel a class is made. */
export interface SegmentationNetworkOptions
  extends Omit<ModelOptions, "preprocess">,
    FetchWeightsOptions {
  /** `unet`, `fcn` or `deeplab-v3`. Default: `unet`. */
  readonly kind?: SegmentationKind;
  /**
   * The name of the zoo's architecture whose features it uses, such as `resnet-18`. Default: none, which is U-Net as the
   * zoo has it.
   */
  readonly encoder?: string | null;
  /**
   * Options of the encoder's architecture, such as `{ width: 0.5 }`; without an encoder those of U-Net, such as
   * `{ filters: 32, depth: 3 }`. U-Net is normalized (`batchNormalization: true`) unless they say otherwise.
   */
  readonly architecture?: Readonly<Record<string, unknown>>;
  /**
   * How many classes pixels have, the background among them. With 1 the result is the probability of class 1 rather
   * than 0, by sigmoid. Default: 2.
   */
  readonly classes?: number;
  /** The shape of the images that it takes, `[H, W, C]`. Default: `[256, 256, 3]`. */
  readonly inputShape?: Shape;
  /**
   * Weights of the encoder: the name of published ones, such as `imagenet`, or the path or the URL of a file. Null draws
   * them at random. Default: null.
   */
  readonly weights?: string | null;
  /** Takes what was skipped of a file of weights, in words. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
  /**
   * Whether pictures are resized to the input shape, as a whole. Default: false, they keep their scale: training takes
   * patches, and prediction goes tile by tile.
   */
  readonly resize?: boolean;
  /**
   * The stride of the features that `fcn` and `deeplab-v3` end with: 8, 16 or 32. Default: 8 for `fcn`, which is FCN-8s,
   * and 16 for `deeplab-v3`, which dilates the encoder for it where the encoder has an option `outputStride`. FCN adds
   * scores instead; with `architecture: { outputStride: 8 }` its encoder is dilated, too, as torchvision's is.
   */
  readonly outputStride?: 8 | 16 | 32;
  /** Filters of U-Net's blocks on an encoder, from the coarsest to the finest. Default: `[256, 128, 64, 32, 16]`. */
  readonly decoderFilters?: readonly number[];
}

/** The kinds of networks. */
export type SegmentationKind = keyof typeof kinds;

const kinds = {
  unet: { decoder: unetDecoder, outputStride: 32, dilates: false },
  fcn: { decoder: fcnDecoder, outputStride: 8, dilates: false },
  "deeplab-v3": { decoder: deepLabDecoder, outputStride: 16, dilates: true },
} as const satisfies Record<
  string,
  {
    readonly decoder: Decoder;
    readonly outputStride: 8 | 16 | 32;
    /** Whether the encoder is dilated to that stride. */
    readonly dilates: boolean;
  }
>;

const optionNames: OptionNames<SegmentationNetworkOptions> = {
  seed: true,
  precision: true,
  device: true,
  cacheFolder: true,
  onProgress: true,
  fetch: true,
  kind: true,
  encoder: true,
  architecture: true,
  classes: true,
  inputShape: true,
  weights: true,
  onWarning: true,
  resize: true,
  outputStride: true,
  decoderFilters: true,
};

/**
 * A network that gives every pixel a class: images `[N, H, W, C]`, bytes from 0 to 255 → probabilities of the classes
 * `[N, H, W, classes]`. It is a model like any other: compile it with `segmentationCompileOptions`, train it with `fit` on
 * a `segmentationSource`, save it, and let `predictMask` and `assessSegmentation` use it.
 *
 * Sources: Ronneberger et al., MICCAI 2015 (U-Net); Long et al., CVPR 2015 (FCN); Chen et al., arXiv:1706.05587
 * (DeepLabV3).
 *
 * @throws ConfigError where there is no such kind, encoder or weights, or an option cannot be used; ShapeError where
 * images are too small, or U-Net cannot halve them.
 * @example
 * const model = await vision.segmentationNetwork({
 *   kind: "deeplab-v3",
 *   encoder: "resnet-50",
 *   weights: "imagenet",
 *   classes: 21,
 *   inputShape: [320, 320, 3],
 * });
 */
export async function segmentationNetwork(
  options: SegmentationNetworkOptions = {},
): Promise<Model> {
  requireKnownOptions("vision.segmentationNetwork", options, optionNames, '{ kind: "unet" }');
  const { kind = "unet", encoder = null, architecture = {}, classes = 2 } = options;
  const { inputShape = [256, 256, 3], weights = null, resize = false } = options;
  const form = lookUp(kinds, kind, "kind of segmentation network");
  const { outputStride = form.outputStride, decoderFilters = [256, 128, 64, 32, 16] } = options;
  requireWhole("classes", classes);
  requireFlag("resize", resize);
  requireOption("outputStride", outputStride, [8, 16, 32].includes(outputStride), "8, 16 or 32");
  const areFilters =
    Array.isArray(decoderFilters) &&
    decoderFilters.length > 0 &&
    decoderFilters.every((count) => isWhole(count, 1));
  requireOption("decoderFilters", decoderFilters, areFilters, "whole numbers of at least 1");
  requireRecord("The option architecture cannot be used.", architecture, [], "a record of options");
  const ofModel = only<ModelOptions>(options, modelOptionNames);
  if (encoder === null) {
    if (kind !== "unet") {
      throw new ConfigError({
        what: `The kind "${kind}" needs an encoder.`,
        expected: "the name of an architecture of the zoo",
        received: "none",
        fix: 'choose one, as in { encoder: "resnet-18" }',
      });
    }
    requireOption("weights", weights, weights === null, "null without an encoder");
    const activation = classes === 1 ? "sigmoid" : "softmax";
    const shape = { classes, inputShape, classifierActivation: activation } as const;
    const own = { batchNormalization: true, ...architecture };
    const model = await zoo.load("unet" as string, { ...own, ...shape, ...ofModel });
    return sized(model, resize, ofModel);
  }
  requireOption("encoder", outlineOf(encoder), typeof encoder === "string", "a name, or null");
  const fetching = only<FetchWeightsOptions>(options, {
    cacheFolder: true,
    onProgress: true,
    fetch: true,
  });
  const { onWarning } = options;
  const own = form.dilates ? await dilated(encoder, architecture, outputStride) : architecture;
  const loaded = await loadEncoder(encoder, own, {
    ...ofModel,
    ...fetching,
    inputShape,
    weights,
    ...(onWarning && { onWarning }),
  });
  requireLevels(loaded);
  const logits = form.decoder(loaded, { classes, outputStride, decoderFilters });
  const activation = layers.activation({
    activation: classes === 1 ? "sigmoid" : "softmax",
    name: "predictions",
  });
  const { inputs } = loaded.model.network;
  const network = new Network({
    name: `${kind}-${encoder}`,
    inputs,
    outputs: activation.apply(logits),
  });
  return sized(new Model(network, preprocessed(loaded.model, ofModel)), resize, ofModel);
}

/** The options of a model that does to images what `base` does. */
function preprocessed({ preprocess: [record] }: Model, options: ModelOptions): ModelOptions {
  return record === undefined ? options : { ...options, preprocess: record };
}

/**
 * The model with a record that says what becomes of pictures of other sizes: they are resized as a whole, or keep their
 * scale. How pictures were cut where the encoder was trained is of no use here.
 */
function sized({ network, preprocess: [record] }: Model, resize: boolean, options: ModelOptions) {
  const { scale, offset, mean, deviation, channelOrder }: Preprocess = record ?? {};
  const numbers = { scale, offset, mean, deviation, channelOrder };
  const kept = Object.entries(numbers).filter(([, value]) => value !== undefined);
  const [height, width] = network.inputShape;
  const preprocess: Preprocess = {
    ...Object.fromEntries(kept),
    ...(resize ? { size: [height, width] } : {}),
  };
  return new Model(network, { ...options, preprocess });
}

/** @throws ConfigError where the encoder's features are of one size alone. */
function requireLevels({ levels, model }: Encoder): void {
  if (levels.length > 1) return;
  throw new ConfigError({
    what: `The architecture ${model.name} cannot be an encoder.`,
    expected: "features of several sizes",
    received: "features of one size",
  });
}
