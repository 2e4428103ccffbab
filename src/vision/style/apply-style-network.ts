// A trained style network at work on pictures of any size.

import { ConfigError, DataError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { probeOf, type Values } from "../../explain/probe.ts";
import { preprocess } from "../../nn/preprocess.ts";
import type { Model } from "../../train/model.ts";
import { requireModel } from "../../train/stateful-model.ts";
import { recordOf } from "./comparer.ts";
import { bytesOf, colorsOf, resizedTo, sizeFor } from "./pictures.ts";
import { styleNetworkStride } from "./style-network.ts";

/** How a style network is used. */
export interface ApplyStyleNetworkOptions {
  /** The longer side of the result in pixels, 32 to 2048. Default: that of the picture, up to 1024. */
  readonly size?: number;
}

const optionNames: OptionNames<ApplyStyleNetworkOptions> = { size: true };

const call = "vision.applyStyleNetwork";

/**
 * A picture `[H, W, C]`, bytes, repainted by a style network, u8 `[H, W, 3]`, whatever size it was trained at. Grey
 * pictures count as colours, transparent ones as if on white.
 *
 * @throws ConfigError if the model does not make pictures of pictures, or an option cannot be used; DataError if the picture
 * is too narrow.
 * @example
 * const { model } = await loadModel("waves.safetensors");
 * const picture = await vision.applyStyleNetwork(model, await readImage("photo.jpg"));
 */
export async function applyStyleNetwork(
  model: Model,
  picture: Tensor<Uint8Array>,
  options: ApplyStyleNetworkOptions = {},
): Promise<Tensor<Uint8Array>> {
  requirePainter(model);
  requireKnownOptions(call, options, optionNames, "model, photo, { size: 512 }");
  const photo = colorsOf(call, picture);
  const { size = Math.min(1024, Math.max(32, photo.shape[0], photo.shape[1])) } = options;
  requireWhole("size", size, 32);
  requireNumber("size", size, { most: 2048 });
  const [height, width] = sizeFor(photo, size);
  const whole = (side: number) => Math.ceil(side / styleNetworkStride) * styleNetworkStride;
  const shape = [1, Math.max(16, whole(height)), Math.max(16, whole(width)), 3];
  if (Math.min(height, width) < 4) {
    throw new DataError({
      what: `${call}: The picture is too narrow.`,
      expected: "at least 4 pixels on the shorter side",
      received: `${height} x ${width} at the size ${size}`,
    });
  }
  // Sides become multiples of the stride, and come back.
  const image = Float32Array.from(resizedTo(photo, [shape[1], shape[2]]).data);
  const last = model.network.steps[model.network.steps.length - 1].path;
  const program = await probeOf(model).program(`paint ${shape.join(" x ")}`, 1, (parts) => {
    const x = parts.build.input("image", { shape, dtype: "f32" });
    const [painted] = parts.activations(preprocess(parts.build, x, recordOf(model)), [last]);
    return { painted };
  });
  const { painted } = await program.run({ image: { data: image, shape } });
  const { data } = painted as Values;
  return resizedTo(bytesOf({ data, shape: shape.slice(1) }), [height, width]);
}

/** @throws ConfigError unless the model makes colour pictures of colour pictures. */
function requirePainter(model: Model): void {
  requireModel(call, model);
  const { inputs, outputs } = model.network;
  const isPicture = ({ shape }: { readonly shape: readonly number[] }) =>
    shape.length === 3 && shape[2] === 3;
  const fits = inputs.length === 1 && outputs.length === 1;
  if (fits && [...inputs, ...outputs].every(isPicture)) return;
  const text = (all: typeof inputs) =>
    all.map(({ shape }) => `[${["N", ...shape].join(", ")}]`).join(", ");
  throw new ConfigError({
    what: `${call}: The model "${model.name}" makes no pictures of pictures.`,
    expected: "a style network: [N, H, W, 3] to [N, H, W, 3]",
    received: `${text(inputs)} to ${text(outputs)}`,
    fix: "Make one with vision.styleNetwork, and train it with vision.trainStyleNetwork.",
  });
}
