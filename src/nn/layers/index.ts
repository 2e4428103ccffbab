// The layers, by name and from what files say of them.

import { ConfigError } from "../../core/errors.ts";
import { suggestion } from "../../core/names.ts";
import type { CustomLayers } from "../custom-layer.ts";
import type { Layer } from "../layer.ts";
import { instanceOf, type LayerInstance } from "../layer-instance.ts";
import type { UnitConfig } from "../network-config.ts";
import { currentName } from "./former-names.ts";
import * as layers from "./table.ts";

export { layers };

export type LayerKind = keyof typeof layers;

/** Whether a value is a layer as files keep it. */
function isStored(value: unknown): value is UnitConfig {
  const { kind, options } = (value ?? {}) as Partial<UnitConfig>;
  return typeof kind === "string" && typeof options === "object" && !("plan" in Object(value));
}

/** Options in which layers that are plain data are layers again. */
function withLayers(options: object, custom: CustomLayers): object {
  const { layer, layers } = options as Readonly<Record<string, unknown>>;
  const made = (one: unknown) => (isStored(one) ? layerFrom(one.kind, one.options, custom) : one);
  return {
    ...options,
    ...(layer === undefined ? {} : { layer: made(layer) }),
    ...(Array.isArray(layers) ? { layers: layers.map(made) } : {}),
  };
}

/**
 * A layer again, from what a file says of it.
 *
 * @throws ConfigError where there is no such layer, or `custom` has one that exists already.
 */
export function layerFrom(kind: string, options: object, custom: CustomLayers = {}): LayerInstance {
  const taken = Object.keys(custom).find((name) => Object.hasOwn(layers, name));
  if (taken !== undefined) {
    throw new ConfigError({
      what: "A custom layer has the name of a layer that exists.",
      expected: "a kind of its own",
      received: taken,
      fix: "choose another kind",
    });
  }
  const factory = factoryOf(custom, kind) ?? factoryOf(layers, currentName(kind));
  if (factory === undefined) refuseKind({ ...layers, ...custom }, kind);
  return instanceOf(factory(withLayers(options, custom)));
}

function factoryOf(table: object, kind: string): ((options: object) => Layer) | undefined {
  return Object.hasOwn(table, kind) ? table[kind as keyof typeof table] : undefined;
}

/** @throws ConfigError that proposes the closest layer, and `customLayers`. */
function refuseKind(table: Readonly<Record<string, unknown>>, kind: string): never {
  const known = Object.keys(table);
  const { fix } = suggestion(known, kind);
  const hint = "Pass custom layers in customLayers.";
  throw new ConfigError({
    what: `There is no layer "${kind}".`,
    expected: known.join(", "),
    received: kind,
    fix: fix === undefined ? hint : `${fix} ${hint}`,
  });
}
