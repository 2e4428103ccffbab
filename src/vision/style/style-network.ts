// The fast form of style transfer: a network that repaints a picture in one pass, in the one style that it was trained
// for. Source: Johnson, Alahi and Fei-Fei, "Perceptual losses for real-time style transfer and super-resolution",
// ECCV 2016, with instance normalization (Ulyanov, Vedaldi and Lempitsky, 2016), reflection padding, and up-sampling
// before convolutions in the place of transposed ones (Odena, Dumoulin and Olah, Distill 2016).

import { ShapeError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireWhole } from "../../core/option.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import { input } from "../../nn/input.ts";
import { layers } from "../../nn/layers/index.ts";
import { Network } from "../../nn/network.ts";
import { operations } from "../../nn/operation-calls.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { Model } from "../../train/model.ts";
import { type ModelOptions, modelOptionNames } from "../../train/model-options.ts";

/** How a style network is built. */
export interface StyleNetworkOptions extends Omit<ModelOptions, "preprocess"> {
  /**
   * The shape of pictures in training, `[H, W, 3]`, with sides that are multiples of 4. A trained network takes others, too:
   * see `applyStyleNetwork`. Default: `[256, 256, 3]`.
   */
  readonly inputShape?: Shape;
  /** Filters of the first convolution; the next two have twice and four times as many. Default: 32. */
  readonly filters?: number;
  /** Residual blocks at a quarter of the size. Default: 5. */
  readonly blocks?: number;
  /** The model's name. Default: `style-network`. */
  readonly name?: string;
}

const { preprocess: _, ...ofModel } = modelOptionNames;

const optionNames: OptionNames<StyleNetworkOptions> = {
  ...ofModel,
  inputShape: true,
  filters: true,
  blocks: true,
  name: true,
};

/** Sides are halved twice and doubled twice. */
export const styleNetworkStride = 4;

/** The least side: below it there is nothing to reflect at a quarter of the size. */
const leastSide = 16;

/** From −1…1 to levels; a little beyond black and white, so that these are reached. */
const contrast = 150;
const middle = 127.5;

/**
 * A network that repaints pictures `[N, H, W, 3]` from 0 to 255 as pictures `[N, H, W, 3]` from 0 to 255. Train it with
 * `trainStyleNetwork`, save it like any model, and use it by `applyStyleNetwork` or `predict`.
 *
 * Source: Johnson, Alahi and Fei-Fei, ECCV 2016; Ulyanov, Vedaldi and Lempitsky, 2016.
 *
 * @throws ConfigError if an option cannot be used, ShapeError if sides are no multiples of 4 or below 16.
 * @example const painter = vision.styleNetwork({ inputShape: [128, 128, 3], filters: 16 });
 */
export function styleNetwork(options: StyleNetworkOptions = {}): Model {
  requireKnownOptions("vision.styleNetwork", options, optionNames, "{ filters: 16 }");
  const { inputShape = [256, 256, 3], filters = 32, blocks = 5, name, ...rest } = options;
  requireWhole("filters", filters);
  requireWhole("blocks", blocks, 0);
  requirePictures(inputShape);
  const x = input({ shape: inputShape });
  let y = layers.rescaling({ scale: 1 / middle, offset: -1 }).apply(x);
  y = convolved(y, { filters, kernelSize: 9 });
  y = convolved(y, { filters: 2 * filters, kernelSize: 3, strides: 2 });
  y = convolved(y, { filters: 4 * filters, kernelSize: 3, strides: 2 });
  for (let i = 0; i < blocks; i++) {
    const inner = convolved(y, { filters: 4 * filters, kernelSize: 3 });
    const change = normalized(padded(inner, 3), { filters: 4 * filters, kernelSize: 3 });
    y = layers.add().apply([y, change]);
  }
  y = convolved(layers.upSampling2d().apply(y), { filters: 2 * filters, kernelSize: 3 });
  y = convolved(layers.upSampling2d().apply(y), { filters, kernelSize: 3 });
  const last = layers.conv2d({ filters: 3, kernelSize: 9, activation: "tanh" });
  const painted = last.apply(padded(y, 9));
  const outputs = layers.rescaling({ scale: contrast, offset: middle }).apply(painted);
  return new Model(new Network({ name: name ?? "style-network", inputs: x, outputs }), rest);
}

interface Convolution {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
}

/** A convolution that keeps the size, up to its stride, with instance normalization and ReLU. */
function convolved(x: SymbolicTensor, options: Convolution): SymbolicTensor {
  const y = normalized(padded(x, options.kernelSize), options);
  return layers.activation({ activation: "relu" }).apply(y);
}

/** The shift of instance normalization is the bias. */
function normalized(x: SymbolicTensor, options: Convolution): SymbolicTensor {
  const y = layers.conv2d({ ...options, useBias: false }).apply(x);
  return layers.groupNormalization({ groups: -1, epsilon: 1e-5 }).apply(y);
}

/** The picture with its own reflection around it. */
function padded(x: SymbolicTensor, kernelSize: number): SymbolicTensor {
  const side = (kernelSize - 1) / 2;
  const [none, both] = [
    [0, 0],
    [side, side],
  ] as const;
  return operations.pad(x, { padWidth: [none, both, both, none], mode: "reflect" });
}

/** @throws ShapeError unless these are colour pictures of sides that can be halved twice. */
function requirePictures(shape: Shape): void {
  const [height, width, channels] = shape;
  const isSide = (side: number) => side >= leastSide && side % styleNetworkStride === 0;
  if (shape.length === 3 && channels === 3 && isSide(height) && isSide(width)) return;
  throw new ShapeError({
    what: "vision.styleNetwork: The option inputShape cannot be used.",
    expected: `[H, W, 3] with sides of at least ${leastSide} that are multiples of ${styleNetworkStride}`,
    received: formatShape(shape),
  });
}
