// Other units for the input, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { constantOf } from "./constants.ts";

export interface RescalingOptions extends CommonOptions {
  /** The factor of the input: one number, or one for each channel. */
  readonly scale: number | readonly number[];
  /** What is added afterwards: one number, or one for each channel. Default: 0. */
  readonly offset?: number | readonly number[];
}

/**
 * Rescaling: any shape. `x · scale + offset`, such as `x / 255` for bytes. As in Keras.
 *
 * @throws ConfigError if a number is invalid, ShapeError if there is not one for each channel.
 * @example layers.rescaling({ scale: 2, offset: -1 })
 */
export function rescaling(options: RescalingOptions): LayerInstance<RescalingOptions> {
  return makeLayer(rescaling.facts, options, (given) => {
    const { scale, offset = 0 } = given;
    requireFinite(scale, "scale");
    requireFinite(offset, "offset");
    return {
      options: { ...given, offset },
      plan([input]) {
        for (const value of [scale, offset]) {
          if (typeof value === "number" || value.length === input.at(-1)) continue;
          throw new ShapeError({
            what: "rescaling takes one number, or one for each channel.",
            expected: `[…, ${value.length}]`,
            received: formatShape(input),
          });
        }
        return {
          outputShape: input,
          call: ([x], { build }) =>
            build.add(build.multiply(x, constantOf(build, scale)), constantOf(build, offset)),
        };
      },
    };
  });
}
rescaling.facts = layerFacts<RescalingOptions>({
  name: "rescaling",
  options: { scale: "scale", offset: "offset" },
  keras: { className: "Rescaling" },
  example: "{ scale: 1 / 255 }",
});

/** @throws ConfigError unless all numbers are finite. */
function requireFinite(value: number | readonly number[], name: string): void {
  const list = typeof value === "number" ? [value] : value;
  if (Array.isArray(list) && list.length > 0 && list.every(Number.isFinite)) return;
  throw new ConfigError({
    what: `The option ${name} cannot be used.`,
    expected: "a finite number, or one for each channel",
    received: JSON.stringify(value),
  });
}
