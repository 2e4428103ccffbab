// The layer that another one wraps, as its option `layer`.

import { ConfigError } from "../../core/errors.ts";
import { outlineOf } from "../../core/option.ts";
import type { Layer } from "../layer.ts";
import type { UnitConfig } from "../network-config.ts";

/** The layer inside, and what a file keeps of it. @throws ConfigError unless `layer` is a layer. */
export function innerLayer(layer: unknown): { layer: Layer; config: UnitConfig } {
  if (isLayer(layer)) return { layer, config: { kind: layer.kind, options: layer.options } };
  throw new ConfigError({
    what: "The option layer cannot be used.",
    expected: "a layer, such as layers.dense({ units: 8 })",
    received: outlineOf(layer),
  });
}

const isLayer = (value: unknown): value is Layer =>
  typeof value === "object" && value !== null && "plan" in value;
