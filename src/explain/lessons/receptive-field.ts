// How far the units of each layer look: by theory, exact to the pixel, and as gradients measure it. A unit is one
// place of a layer's result, all channels together.

import { ConfigError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import { type OptionNames, requireKnownOptions, requireWhole } from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { gradients } from "../../graph/autodiff.ts";
import { placesOf, supportOf, windowOf } from "../../nn/exact-field.ts";
import type { Network, SymbolicOutputs } from "../../nn/network.ts";
import type { Model } from "../../train/model.ts";
import { requireModel, type StatefulModel } from "../../train/stateful-model.ts";
import type { Plane } from "../map.ts";
import { imageInput, probeOf, type Values } from "../probe.ts";

/** Rows and columns. */
type Two = readonly [number, number];

/** How far the units of a layer look. */
export interface LayerField {
  /** The layer's name, behind those of the networks around it. */
  readonly layer: string;
  readonly className: string;
  /** The shape of the layer's result, without N. */
  readonly outputShape: Shape;
  /** Rows and columns of input pixels that a unit sees, padding included. */
  readonly size: Two;
  /** How far apart neighbouring units look, in input pixels. */
  readonly stride: Two;
  /** Where the first unit's window begins, in input pixels; negative where padding comes first. */
  readonly offset: Two;
}

/** Where one unit looks. */
export interface UnitField extends LayerField {
  /** The unit's row and column. */
  readonly unit: Two;
  /** The window in the input: its first row and column, padding included, and the ones past its end. */
  readonly window: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
  /** `[H, W]`: 1 at each input pixel that the unit depends on, else 0. Dilation and branches leave holes. */
  readonly support: Tensor<Uint8Array>;
}

/** Which unit is meant. */
export interface UnitChoice {
  /** The layer's name, such as `conv2d_1`. */
  readonly layer: string;
  /** Row and column in the layer's result. Default: its middle. */
  readonly unit?: readonly [row: number, column: number];
}

const unitNames: OptionNames<UnitChoice> = { layer: true, unit: true };

/** How far the units of a layer look, measured. */
export interface EffectiveField {
  readonly layer: string;
  readonly unit: Two;
  /** `[H, W]`: how strongly the unit depends on each pixel, on average: 1 at the strongest. */
  readonly map: Plane;
  /** The side of a square with as many pixels as those above 4.55 % of the strongest. */
  readonly side: number;
  /** The part of all dependence that lies on those pixels. */
  readonly share: number;
}

/** Which unit is measured, and on what. */
export interface EffectiveFieldOptions extends UnitChoice {
  /** Pictures `[N, H, W, C]` to measure on, as `predict` takes them. Default: random noise. */
  readonly x?: Tensor;
  /** How many gradients are averaged; with `x`, one for each picture. Default: 32. */
  readonly samples?: number;
  /** The seed of noise and of the channels' weights. Default: 0. */
  readonly seed?: number;
}

const effectiveNames: OptionNames<EffectiveFieldOptions> = {
  ...unitNames,
  x: true,
  samples: true,
  seed: true,
};

/** Places whose windows are compared: up-sampling repeats after a few. */
const mostCompared = 16;

/**
 * The receptive field of every layer, in pixels of the first input. The size of a layer that sees everything, such as
 * global pooling, is that of the image.
 *
 * Source: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.
 *
 * @example for (const { layer, size } of explain.receptiveFields(model)) console.log(layer, size);
 */
export function receptiveFields(model: StatefulModel<SymbolicOutputs>): readonly LayerField[] {
  requireModel("explain.receptiveFields", model);
  const { network } = model;
  return network.steps.map((_, step) => fieldOf(network, step));
}

/**
 * Where one unit of a layer looks: its window, and exactly which pixels of the input count.
 *
 * @throws ConfigError where there is no such layer or unit.
 * @example const { window } = explain.receptiveField(model, { layer: "conv2d_1", unit: [0, 0] });
 */
export function receptiveField(
  model: StatefulModel<SymbolicOutputs>,
  options: UnitChoice,
): UnitField {
  requireModel("explain.receptiveField", model);
  requireKnownOptions("explain.receptiveField", options, unitNames, '{ layer: "conv2d" }');
  const { network } = model;
  const { step, unit } = unitOf(network, options);
  const [[top, bottom], [left, right]] = windowOf(network, step, unit);
  const { data, height, width } = supportOf(network, step, unit);
  return {
    ...fieldOf(network, step),
    unit,
    window: { top, left, bottom: bottom + 1, right: right + 1 },
    support: { data, shape: [height, width] },
  };
}

/**
 * How strongly a unit depends on each pixel: the mean of its gradients' absolute values over pictures or noise, each
 * with other weights for the layer's channels. It is smaller than the theoretical field, as most paths lead to its middle.
 *
 * Source: Luo et al., "Understanding the effective receptive field in deep convolutional neural networks", NIPS 2016.
 *
 * @throws ConfigError where there is no such layer or unit.
 * @example const { map, side } = await explain.effectiveField(model, { layer: "conv2d_1" });
 */
export async function effectiveField(
  model: Model,
  options: EffectiveFieldOptions,
): Promise<EffectiveField> {
  requireKnownOptions("explain.effectiveField", options, effectiveNames, '{ layer: "conv2d" }');
  const { layer, samples = 32, seed = 0 } = options;
  requireWhole("samples", samples);
  requireWhole("seed", seed, Number.MIN_SAFE_INTEGER);
  const probe = probeOf(model);
  const { network } = model;
  const { step, unit } = unitOf(network, options);
  const shape = network.steps[step].plan.outputShape;
  const stream = new RandomStream(seed);
  const prepared = options.x === undefined ? undefined : await probe.prepare(options.x);
  const [height, width] = placesOf(probe.inputShape);
  const total = new Float32Array(height * width);
  const count = prepared?.shape[0] ?? samples;
  const size = sizeOf(probe.inputShape);
  const program = await probe.program(`unit ${layer}`, 1, (parts) => {
    const { build } = parts;
    const image = imageInput(parts, 1, probe.inputShape);
    const pick = build.input("pick", { shape: [1, ...shape], dtype: "f32" });
    const value = parts.apply(image).activation(layer);
    const score = build.sum(build.multiply(value, pick));
    // The gradient of linear layers needs no picture, which must be an input all the same.
    return { gradient: gradients(score, [image], build)[0], score };
  });
  for (let n = 0; n < count; n++) {
    const image: Values = {
      data:
        prepared?.data.slice(n * size, (n + 1) * size) ??
        Float32Array.from({ length: size }, () => stream.normal()),
      shape: [1, ...probe.inputShape],
    };
    const pick = { data: pickOf(shape, unit, stream), shape: [1, ...shape] };
    const { gradient } = await program.run({ image, pick });
    const each = size / total.length;
    for (let i = 0; i < size; i++) total[Math.floor(i / each)] += Math.abs(gradient.data[i]);
  }
  return measured(layer, unit, { data: total, shape: [height, width] });
}

function measured(layer: string, unit: Two, { data, shape }: Plane): EffectiveField {
  const largest = data.reduce((a, b) => Math.max(a, b), 0);
  const map = { data: data.map((value) => (largest > 0 ? value / largest : 0)), shape };
  // Two standard deviations of a bell hold 95.45 %.
  const strong = map.data.filter((value) => value > 0.0455);
  const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
  return {
    layer,
    unit,
    map,
    side: Math.sqrt(strong.length),
    share: largest > 0 ? sum(strong) / sum(map.data) : 0,
  };
}

/** Random weights for the channels of one place, zeros elsewhere. */
function pickOf(shape: Shape, [row, column]: Two, stream: RandomStream): Float32Array {
  const pick = new Float32Array(sizeOf(shape));
  const [, width] = placesOf(shape);
  const channels = shape[shape.length - 1];
  const from = (row * width + column) * channels;
  for (let c = 0; c < channels; c++) pick[from + c] = stream.normal();
  return pick;
}

function fieldOf(network: Network, step: number): LayerField {
  const { path, layer, plan } = network.steps[step];
  const [rows, columns] = placesOf(plan.outputShape);
  const along = (axis: 0 | 1, count: number) => {
    const spans = Array.from(
      { length: Math.min(count, mostCompared) },
      (_, i) => windowOf(network, step, axis === 0 ? [i, 0] : [0, i])[axis],
    );
    const size = Math.max(...spans.map(([first, last]) => last - first + 1));
    return { size, offset: spans[0][0] };
  };
  const [down, across] = [along(0, rows), along(1, columns)];
  return {
    layer: path,
    className: layer.className,
    outputShape: plan.outputShape,
    size: [down.size, across.size],
    stride: strideOf(network, step),
    offset: [down.offset, across.offset],
  };
}

/** The product of the strides on the way with the largest steps. */
function strideOf(network: Network, step: number): Two {
  const strides: Two[] = network.inputs.map(() => [1, 1]);
  for (const { plan, inputs } of network.steps.slice(0, step + 1)) {
    const own: Two = plan.reach === undefined || plan.reach === "all" ? [1, 1] : plan.reach.stride;
    const before = (axis: 0 | 1) => Math.max(...inputs.map((input) => strides[input][axis]));
    strides.push([before(0) * own[0], before(1) * own[1]]);
  }
  return strides[strides.length - 1];
}

function unitOf(network: Network, { layer, unit }: UnitChoice): { step: number; unit: Two } {
  const numbers = Object.fromEntries(network.steps.map(({ path }, i) => [path, i]));
  const step = lookUp(numbers, layer, "layer");
  const [rows, columns] = placesOf(network.steps[step].plan.outputShape);
  const chosen = unit ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
  const isInside = (at: number, count: number) => Number.isInteger(at) && at >= 0 && at < count;
  if (chosen.length === 2 && isInside(chosen[0], rows) && isInside(chosen[1], columns)) {
    return { step, unit: chosen };
  }
  throw new ConfigError({
    what: `The layer "${layer}" has no such unit.`,
    expected: `a row from 0 to ${rows - 1} and a column from 0 to ${columns - 1}`,
    received: JSON.stringify(unit),
  });
}
