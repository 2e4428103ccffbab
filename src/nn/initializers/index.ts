// How weights begin: the initializers, one file each, one row each. Each weight is drawn from a stream of
// its own, so adding a layer changes no other layer's numbers.

import { ShapeError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
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

/**
 * First values for a weight of `shape`. The same seed and stream give the same values.
 *
 * @throws ShapeError where the initializer does not fit, or gives fewer values or more.
 */
export function initialize(
  setting: InitializerSetting,
  shape: Shape,
  seed: number,
  stream: number,
): Float32Array {
  const initializer = initializerFrom(setting);
  const values = initializer.fill(shape, new RandomStream(seed, stream));
  if (values.length === sizeOf(shape)) return values;
  throw new ShapeError({
    what: `The initializer ${initializer.name} does not fill the weight.`,
    expected: `${sizeOf(shape)} values for ${formatShape(shape)}`,
    received: `${values.length}`,
  });
}
