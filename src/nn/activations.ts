// The activation functions that layers name. Floor 4. One name, one formula.

import { ConfigError } from "../core/errors.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";

const activations = {
  /** x */
  linear: (_: Builder, x: Node) => x,
  /** max(x, 0). Nair and Hinton, ICML 2010. */
  relu: (build: Builder, x: Node) => build.relu(x),
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: (build: Builder, x: Node) => build.sigmoid(x),
  /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh: (build: Builder, x: Node) => build.tanh(x),
  /** eˣ / Σ eˣ along the last axis. */
  softmax: (build: Builder, x: Node) => build.softmax(x),
  /** eˣ */
  exponential: (build: Builder, x: Node) => build.exponential(x),
} as const satisfies Record<string, (build: Builder, x: Node) => Node>;

export type ActivationName = keyof typeof activations;

export const activationNames = Object.keys(activations) as readonly ActivationName[];

/** Applies an activation by name. */
export function activate(name: ActivationName, build: Builder, x: Node): Node {
  return activations[name](build, x);
}

/** @throws ConfigError unless `name` is an activation. */
export function requireActivation(name: string): asserts name is ActivationName {
  if (Object.hasOwn(activations, name)) return;
  throw new ConfigError({
    what: "There is no such activation.",
    expected: activationNames.join(", "),
    received: name,
  });
}
