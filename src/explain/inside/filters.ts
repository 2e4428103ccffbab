// The filters of a layer: its kernel, taken apart into what can be looked at.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Model } from "../../train/model.ts";

/** The filters of a layer. */
export interface LayerFilters {
  readonly layer: string;
  /** The kernel's name and shape, `[R, S, C, K]`. */
  readonly weight: string;
  readonly shape: readonly number[];
  /** The weights of each filter, `[R, S, C]`. */
  readonly filters: readonly Tensor<Float32Array>[];
  /** Whether they can be seen in colour: they look at red, green and blue. */
  readonly isColour: boolean;
}

/** A layer's weights that are filters: `[R, S, C, K]`. */
const isKernel = (shape: readonly number[]) => shape.length === 4;

/** The layers that have filters. */
export function layersWithFilters(model: Pick<Model, "network">): readonly string[] {
  const { steps } = model.network;
  const found = steps.filter(({ plan }) => plan.weights.some(({ shape }) => isKernel(shape)));
  return [...new Set(found.map(({ path }) => path))];
}

/**
 * The filters of a convolutional layer. Of a separable one they are those of the first convolution, which looks at rows
 * and columns.
 *
 * @param layer Its name. Default: the first layer that has filters.
 * @throws ConfigError where there is no such layer, or it has no filters.
 * @example const { filters, isColour } = await explain.filters(model, "conv2d");
 */
export async function filters(model: Model, layer?: string): Promise<LayerFilters> {
  const path = layer ?? layersWithFilters(model)[0];
  const plans = Object.fromEntries(model.network.steps.map((step) => [step.path, step.plan]));
  const kernel =
    path === undefined
      ? undefined
      : lookUp(plans, path, "layer").weights.find(({ shape }) => isKernel(shape));
  if (path === undefined || kernel === undefined) {
    throw new ConfigError({
      what:
        path === undefined ? "The model has no filters." : `The layer "${path}" has no filters.`,
      expected: layersWithFilters(model).join(", ") || "a convolutional layer",
      received: path ?? "a model without convolutions",
    });
  }
  const weights = Object.fromEntries(await model.getWeights());
  const { data } = lookUp(weights, `${path}/${kernel.name}`, "weight");
  const [rows, columns, depth, count] = kernel.shape;
  const each = rows * columns * depth;
  return {
    layer: path,
    weight: kernel.name,
    shape: kernel.shape,
    filters: Array.from({ length: count }, (_, k) => ({
      data: Float32Array.from({ length: each }, (__, i) => data[i * count + k]),
      shape: [rows, columns, depth],
    })),
    isColour: depth === 3,
  };
}
