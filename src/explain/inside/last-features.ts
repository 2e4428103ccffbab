// What a classifier decides by: the numbers that its last dense layer is given.

import { ConfigError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Model } from "../../train/model.ts";
import { probeOf, type Values } from "../probe.ts";
import { resultsOf } from "./features.ts";

/** Examples that are prepared and computed at a time. */
const batch = 64;

/**
 * The numbers that a classifier's last dense layer decides by: `[N, H, W, C] → [N, D]`. Examples that the model finds alike
 * have similar ones.
 *
 * @param x Examples `[N, H, W, C]` as `predict` takes them.
 * @throws ConfigError where the model has no dense layer, or nothing before it.
 * @example const points = await embedding(await explain.lastFeatures(model, x));
 */
export async function lastFeatures(model: Model, x: Tensor): Promise<Values> {
  const layer = layerBeforeHead(model);
  const probe = probeOf(model);
  const [count, ...rest] = x.shape;
  const each = sizeOf(rest);
  let all: Float32Array | undefined;
  for (let first = 0; first < count; first += batch) {
    const last = Math.min(count, first + batch);
    const data = x.data.slice(first * each, last * each);
    const prepared = await probe.prepare({ data, shape: [last - first, ...rest] });
    const [result] = await resultsOf(model, prepared, [layer]);
    const width = result.data.length / (last - first);
    all ??= new Float32Array(count * width);
    all.set(result.data, first * width);
  }
  const data = all ?? new Float32Array(0);
  return { data, shape: [count, count === 0 ? 0 : data.length / count] };
}

/** The layer whose result the last dense layer is given. */
function layerBeforeHead({ network }: Model): string {
  const { steps, inputs, name } = network;
  const head = steps.findLast(({ layer }) => layer.kind === "dense");
  const before = head === undefined ? -1 : head.inputs[0] - inputs.length;
  if (before >= 0) return steps[before].path;
  throw new ConfigError({
    what: `The model "${name}" has no features before a last dense layer.`,
    expected: "a network that ends in a dense layer, with other layers before it",
    received: head === undefined ? "no dense layer" : "nothing before it",
  });
}
