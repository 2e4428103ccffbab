// How weights begin: the initializers, one file each, one row each. Floor 4. Each weight is drawn from
// a stream of its own, so adding a layer changes no other layer's numbers.

import { RandomStream } from "../../core/random.ts";
import type { Shape } from "../../core/shape.ts";
import { fromSetting, type StoredSetting } from "../setting.ts";
import type { Initializer } from "./initializer.ts";
import * as initializers from "./table.ts";

export { initializers };

export type InitializerName = keyof typeof initializers;

/** How options ask for one: by name, as plain data, or made. */
export type InitializerSetting = InitializerName | StoredSetting | Initializer;

/** An initializer from what a person or a file says. @throws ConfigError */
export function initializerFrom(setting: InitializerSetting): Initializer {
  return fromSetting(initializers, setting, { what: "initializer", method: "fill" });
}

/** @throws ConfigError unless `setting` is an initializer. */
export function requireInitializer(setting: InitializerSetting): void {
  initializerFrom(setting);
}

/** First values for a weight of `shape`. The same seed and stream give the same values. */
export function initialize(
  setting: InitializerSetting,
  shape: Shape,
  seed: number,
  stream: number,
): Float32Array {
  return initializerFrom(setting).fill(shape, new RandomStream(seed, stream));
}
