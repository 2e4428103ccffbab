// Layers in a row: the simple case of a network.

import { ConfigError } from "../core/errors.ts";
import { checkShape, type Shape } from "../core/shape.ts";
import { input } from "./input.ts";
import type { Layer } from "./layer.ts";
import { applyLayer, instanceOf } from "./layer-instance.ts";
import { nameUnits } from "./naming.ts";
import { isNetwork, Network } from "./network.ts";

export interface SequenceOptions {
  /** The network's name. Default: `sequential`. */
  readonly name?: string | undefined;
  /** The shape of one example, without N. */
  readonly inputShape: Shape;
  readonly layers: readonly (Layer | Network)[];
  /** Whether training changes it. Default: true. */
  readonly trainable?: boolean | undefined;
}

/**
 * The network of layers, or networks, that follow each other.
 *
 * @throws ConfigError where there are none, ShapeError where one does not fit the one before it: the
 * message names it.
 */
export function sequence({ name, inputShape, layers, trainable }: SequenceOptions): Network {
  const title = `The model "${name ?? "sequential"}"`;
  if (layers.length === 0) {
    throw new ConfigError({
      what: `${title} has no layers.`,
      expected: "at least one layer",
      received: "an empty list",
    });
  }
  checkShape(inputShape, `The input of the model "${name ?? "sequential"}"`);
  const units = layers.map((layer) => (layer instanceof Network ? layer : instanceOf(layer)));
  if (new Set(units).size < units.length) {
    throw new ConfigError({
      what: `${title} has one layer twice.`,
      expected: "a layer of its own in each place",
      received: "the same layer in two places",
      fix: "make two layers, or share one by way of layer.apply and model({ inputs, outputs })",
    });
  }
  const names = nameUnits(units);
  const first = input({ shape: inputShape });
  const last = units.reduce((tensor, unit, i) => {
    if (isNetwork(unit)) return unit.apply([tensor])[0];
    const place = `Layer ${i + 1}, "${names.get(unit)}" (${unit.className})`;
    return applyLayer(unit, [tensor], place);
  }, first);
  return new Network({ name, className: "Sequential", inputs: first, outputs: last, trainable });
}
