// Progressive resizing: a model learns from small pictures first, with the weights that it has for large ones.

import { ConfigError } from "../core/errors.ts";
import { input } from "../nn/input.ts";
import { layers } from "../nn/layers/index.ts";
import { Network } from "../nn/network.ts";
import { networkOn } from "../nn/network-at.ts";
import { Model } from "../train/model.ts";

/**
 * The model as it learns from pictures of a smaller size: it takes the same ones, makes them small, and shares its weights.
 * Itself where the size is its own.
 *
 * @param size height and width of the pictures. Default: the model's own.
 * @throws ConfigError where the size is larger than the model's, ShapeError where its layers take no other size.
 */
export function atSize(model: Model, size: number | undefined): Model {
  const { network, seed, precision, device, preprocess } = model;
  const [height, width] = network.inputShape;
  if (size === undefined || (height === size && width === size)) return model;
  if (network.inputs.length > 1 || !(size <= Math.min(height, width))) {
    throw new ConfigError({
      what: "A phase cannot train at this size.",
      expected: `a size up to ${Math.min(height, width)}, for a model with one input`,
      received: `size ${size}, and a model for pictures of ${height} x ${width}`,
      fix: "Make the model for the largest size.",
    });
  }
  const pictures = input({ shape: network.inputShape });
  // The mean of the pixels that become one: none is passed over.
  const small = layers.resizing({ height: size, width: size, interpolation: "area" });
  const { name, trainable } = network;
  const [outputs] = networkOn(network, [small.apply(pictures)]).outputs;
  const whole = new Network({ name, trainable, inputs: pictures, outputs });
  return new Model(whole, {
    seed,
    precision,
    preprocess: preprocess[0] ?? {},
    ...(device && { device }),
  });
}
