// How the channels of layers behave over many examples: which never answer, which are stuck at an end of their activation,
// and which examples excite one of them most.

import { ConfigError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireWhole } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Model } from "../../train/model.ts";
import { resultShape } from "../layer-choice.ts";
import { receptiveField, type UnitField } from "../lessons/receptive-field.ts";
import { probeOf } from "../probe.ts";
import { resultsOf } from "./features.ts";

/** How the channels of a layer behave. */
export interface UnitHealth {
  readonly layer: string;
  readonly className: string;
  readonly channels: number;
  /** Channels whose answer is the same for every example and place: they say nothing. After ReLU it is 0. */
  readonly dead: readonly number[];
  /**
   * Channels that are within 1 % of an end of their sigmoid, tanh or softmax at 95 % of the places or more: their
   * gradients are nearly 0. Only for layers with such an activation.
   */
  readonly saturated: readonly number[];
  /** The share of numbers that are exactly 0. */
  readonly zeros: number;
}

/** The ends of activations that have some. */
const ends: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
};

/**
 * Dead and saturated channels of every layer that has weights or an activation, over examples.
 *
 * @param x Examples `[N, H, W, C]` as `predict` takes them. A hundred show most of it.
 * @example for (const { layer, dead } of await explain.unitHealth(model, x)) console.log(layer, dead.length);
 */
export async function unitHealth(model: Model, x: Tensor): Promise<readonly UnitHealth[]> {
  const prepared = await probeOf(model).prepare(x);
  const steps = new Map(
    model.network.steps
      .filter(({ layer, plan }) => {
        const answers = "activation" in layer.options || layer.kind === "relu";
        return plan.weights.length > 0 || answers;
      })
      .map((step) => [step.path, step]),
  );
  const found: UnitHealth[] = [];
  for (const [path, { layer }] of steps) {
    const [result] = await resultsOf(model, prepared, [path]);
    const { activation } = layer.options as { readonly activation?: unknown };
    const own = typeof activation === "string" ? ends[activation] : undefined;
    found.push({ layer: path, className: layer.className, ...healthOf(result, own) });
  }
  return found;
}

function healthOf({ data, shape }: Tensor, bounds: readonly [number, number] | undefined) {
  const channels = shape[shape.length - 1];
  const places = data.length / channels;
  const dead: number[] = [];
  const saturated: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const values = Float32Array.from({ length: places }, (_, i) => data[i * channels + channel]);
    if (values.every((value) => value === values[0])) dead.push(channel);
    if (bounds === undefined) continue;
    const near = 0.01 * (bounds[1] - bounds[0]);
    const stuck = values.filter((value) => value < bounds[0] + near || value > bounds[1] - near);
    if (stuck.length >= 0.95 * places) saturated.push(channel);
  }
  let zeros = 0;
  for (const value of data) if (value === 0) zeros++;
  return { channels, dead, saturated, zeros: zeros / data.length };
}

/** Which channel, and how many examples. */
export interface TopExamplesOptions {
  /** The layer's name. */
  readonly layer: string;
  /** The channel, from 0. */
  readonly channel: number;
  /** How many examples. Default: 9. */
  readonly count?: number;
}

const names: OptionNames<TopExamplesOptions> = { layer: true, channel: true, count: true };

/** An example that excites a channel. */
export interface TopExample {
  /** Its place among the examples. */
  readonly index: number;
  /** The channel's largest answer. */
  readonly value: number;
  /** Where in the layer's result that is. */
  readonly unit: readonly [row: number, column: number];
  /** The part of the picture that the unit sees. */
  readonly window: UnitField["window"];
}

/**
 * The examples that excite a channel most, and the part of each that does.
 *
 * @param x Examples `[N, H, W, C]` as `predict` takes them.
 * @throws ConfigError where there is no such layer or channel.
 * @example const [best] = await explain.topExamples(model, x, { layer: "conv2d_1", channel: 3 });
 */
export async function topExamples(
  model: Model,
  x: Tensor,
  options: TopExamplesOptions,
): Promise<readonly TopExample[]> {
  requireKnownOptions("explain.topExamples", options, names, '{ layer: "conv2d", channel: 0 }');
  const { layer, channel, count = 9 } = options;
  requireWhole("count", count);
  const shape = resultShape(model.network, layer);
  requireChannel(layer, shape, channel);
  const probe = probeOf(model);
  const [{ data }] = await resultsOf(model, await probe.prepare(x), [layer]);
  const channels = shape[shape.length - 1];
  const each = sizeOf(shape);
  const width = shape.length === 3 ? shape[1] : 1;
  const best = Array.from({ length: x.shape[0] }, (_, index) => {
    let [place, value] = [0, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < each / channels; i++) {
      const answer = data[index * each + i * channels + channel];
      if (answer > value) [place, value] = [i, answer];
    }
    return { index, value, unit: [Math.floor(place / width), place % width] as const };
  });
  best.sort((a, b) => b.value - a.value || a.index - b.index);
  const [height, across] = probe.inputShape;
  return best.slice(0, count).map((one) => {
    const { window } = receptiveField(model, { layer, unit: one.unit });
    const inside = {
      top: Math.max(0, window.top),
      left: Math.max(0, window.left),
      bottom: Math.min(height, window.bottom),
      right: Math.min(across, window.right),
    };
    return { ...one, window: inside };
  });
}

/** @throws ConfigError unless the layer has such a channel. */
export function requireChannel(layer: string, shape: readonly number[], channel: number): void {
  const channels = shape[shape.length - 1];
  if (Number.isInteger(channel) && channel >= 0 && channel < channels) return;
  throw new ConfigError({
    what: `The layer "${layer}" has no such channel.`,
    expected: `a whole number from 0 to ${channels - 1}`,
    received: String(channel),
  });
}
