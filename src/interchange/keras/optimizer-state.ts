// What an optimizer remembers, in Keras's order: finished steps, the learning rate where it is a number,
// the values that surround every rule, then the rule's own.

import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Warn } from "../../core/warn.ts";
import type { Network } from "../../nn/network.ts";
import { type OptimizerName, optimizers } from "../../nn/optimizers/index.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import { storedOptimizer } from "../../nn/optimizers/stored-rate.ts";
import type { StoredModel, StoredPart, StoredTraining, Values } from "../stored-model.ts";

/** One of an optimizer's values in a file. */
export interface OptimizerValue {
  /** Such as `conv2d_kernel_momentum`. */
  readonly name: string;
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape;
  readonly dtype?: "f32" | "i64";
}

/** What Keras keeps around every rule, before the rule's own. */
const surrounding = [["average"], ["gradient_accumulator"]];

interface SlotPlace {
  readonly weight: string;
  readonly slot: string;
  readonly shape: Shape;
}

function slotPlaces(network: Network, optimizer: Optimizer): readonly SlotPlace[] {
  const slotGroups = Object.hasOwn(optimizers, optimizer.name)
    ? optimizers[optimizer.name as OptimizerName].facts.slotGroups
    : [];
  const trained = network.weights.filter(({ trainable }) => trainable);
  return [...surrounding, ...slotGroups].flatMap((group) => {
    const slots = group.filter((slot) => optimizer.slots.includes(slot));
    return trained.flatMap(({ fullName, shape }) =>
      slots.map((slot) => ({ weight: fullName, slot, shape })),
    );
  });
}

/** The values as a file keeps them. */
export function encodeOptimizerState(
  { network, slots, progress: { iterations } }: StoredModel,
  training: StoredTraining,
): readonly OptimizerValue[] {
  const optimizer = storedOptimizer(training.optimizer.name, training.optimizer.options);
  const rate = typeof training.learningRate === "number" ? training.learningRate : undefined;
  const values = slotPlaces(network, optimizer).map(({ weight, slot, shape }) => {
    const first = optimizer.firstSlots?.[slot] ?? 0;
    const data =
      slots.get(`${weight}/${slot}`)?.data ?? new Float32Array(sizeOf(shape)).fill(first);
    return { name: `${weight.replaceAll("/", "_")}_${slot}`, data, shape };
  });
  const number = (name: string, value: number): OptimizerValue => ({
    name,
    data: Float32Array.of(value),
    shape: [],
  });
  return [
    { name: "iteration", data: Float64Array.of(iterations), shape: [], dtype: "i64" },
    ...(rate === undefined ? [] : [number("learning_rate", rate)]),
    ...values,
    ...(optimizer.name === "nadam"
      ? [number("u_product", nadamProduct(optimizer, iterations))]
      : []),
  ];
}

/** Nadam's Π beta1 · (1 − ½ · 0.96ᵗ), which Keras carries along and Fovea works out. */
function nadamProduct({ options }: Optimizer, iterations: number): number {
  const { beta1 = 0.9, gradientAccumulationSteps: gathered = 1 } = options as {
    readonly beta1?: number;
    readonly gradientAccumulationSteps?: number;
  };
  let product = 1;
  const updates = Math.floor(iterations / gathered);
  for (let t = 1; t <= updates && product > 0; t++) product *= beta1 * (1 - 0.5 * 0.96 ** t);
  return product;
}

/**
 * Slots and finished steps from a file's values in order. As in Keras, values that are not those of the
 * optimizer are left out, and it begins anew.
 */
export function decodeOptimizerState(
  network: Network,
  { name, options }: StoredPart,
  values: readonly Omit<OptimizerValue, "name">[],
  warn: Warn,
): { readonly slots: Values; readonly iterations: number } {
  const optimizer = storedOptimizer(name, options);
  const steps = values[0]?.data[0] ?? 0;
  const iterations = Number.isSafeInteger(steps) && steps >= 0 ? steps : 0;
  const places = slotPlaces(network, optimizer);
  // Keras 2 keeps neither the learning rate nor Nadam's product.
  const isBare = values.length === 1 + places.length;
  const first = 1 + (typeof optimizer.learningRate === "number" && !isBare ? 1 : 0);
  const last = optimizer.name === "nadam" && !isBare ? 1 : 0;
  const own = values.slice(first, values.length - last);
  const fits =
    own.length === places.length &&
    places.every(({ shape }, i) => own[i].data.length === sizeOf(shape));
  if (!fits && own.length > 0 && iterations > 0) warn(beginsAnew(optimizer));
  if (!fits) return { slots: new Map(), iterations };
  const slots = places.map(({ weight, slot, shape }, i): [string, Slot] => [
    `${weight}/${slot}`,
    { data: Float32Array.from(own[i].data), shape },
  ]);
  return { slots: new Map(slots), iterations };
}

/** What is said where an optimizer's values cannot be used. */
export const beginsAnew = ({ name }: StoredPart) =>
  `What the optimizer ${name} remembers is stored in another order than Fovea knows: it begins anew.`;

type Slot = { readonly data: Float32Array; readonly shape: Shape };
