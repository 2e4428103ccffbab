// What the layers of a model make of a picture.

import { ConfigError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Model } from "../../train/model.ts";
import { oneExample } from "../attribute.ts";
import { requireSpatialLayer } from "../layer-choice.ts";
import { imageInput, probeOf, type Values } from "../probe.ts";

/** What a layer makes of a picture. */
export interface LayerFeatures {
  readonly layer: string;
  readonly className: string;
  /** The layer's result, `[H, W, K]`: K maps. */
  readonly result: Values;
}

/**
 * What layers make of a picture: their feature maps, in the order of the layers.
 *
 * @param picture `[H, W, C]` as `predict` takes it.
 * @param layers Names of layers. Default: all whose results have rows and columns.
 * @throws ConfigError where there is no such layer, ShapeError where it is not one picture.
 * @example const [{ result }] = await explain.features(model, photo, ["conv2d"]);
 */
export async function features(
  model: Model,
  picture: Tensor,
  layers?: readonly string[],
): Promise<readonly LayerFeatures[]> {
  const probe = probeOf(model);
  const { steps, name } = model.network;
  const spatial = steps.filter(({ plan }) => plan.outputShape.length === 3);
  const wanted = layers ?? [...new Set(spatial.map(({ path }) => path))];
  for (const layer of wanted) requireSpatialLayer(model.network, layer);
  if (wanted.length === 0) {
    throw new ConfigError({
      what: `The model "${name}" has no feature maps.`,
      expected: "a layer whose result has rows and columns, such as a convolution",
      received: "none",
    });
  }
  const image = await probe.prepare(oneExample(picture, probe));
  const values = await resultsOf(model, image, wanted);
  return wanted.map((layer, i) => ({
    layer,
    className: steps.findLast(({ path }) => path === layer)?.layer.className ?? "",
    result: { data: values[i].data, shape: values[i].shape.slice(1) },
  }));
}

/** Examples that a program takes at once. */
const mostAtOnce = 16;

/** The results `[N, …]` of layers for prepared examples. */
export async function resultsOf(
  model: Model,
  x: Values,
  layers: readonly string[],
): Promise<readonly Values[]> {
  const probe = probeOf(model);
  const [count] = x.shape;
  const each = sizeOf(probe.inputShape);
  const whole: Values[] = [];
  for (let first = 0; first < count; first += mostAtOnce) {
    const batch = Math.min(mostAtOnce, count - first);
    const program = await probe.program(`results ${JSON.stringify(layers)}`, batch, (given) => {
      const applied = given.apply(imageInput(given, batch, probe.inputShape));
      return Object.fromEntries(layers.map((layer, i) => [`r${i}`, applied.activation(layer)]));
    });
    const data = x.data.slice(first * each, (first + batch) * each);
    const found = await program.run({ image: { data, shape: [batch, ...probe.inputShape] } });
    layers.forEach((_, i) => {
      const result = found[`r${i}`];
      const shape = result.shape.slice(1);
      whole[i] ??= { data: new Float32Array(count * sizeOf(shape)), shape: [count, ...shape] };
      whole[i].data.set(result.data, first * sizeOf(shape));
    });
  }
  return whole;
}
