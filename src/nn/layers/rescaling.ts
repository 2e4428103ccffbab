// Other units for the input, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { constantOf } from "./constants.ts";

export interface RescalingOptions extends CommonOptions {
  /** What the input is multiplied by: one number, or one a channel. */
  readonly scale: number | readonly number[];
  /** What is added then. Default: 0. */
  readonly offset?: number | readonly number[];
}

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

/**
 * Rescaling: any shape. `x · scale + offset`. As in Keras; images of a data set of bytes arrive
 * here as numbers from 0 to 1 already.
 *
 * @throws ConfigError where a number cannot be used, ShapeError where there is not one a channel.
 * @example layers.rescaling({ scale: 2, offset: -1 })
 */
export function rescaling(options: RescalingOptions): Layer<RescalingOptions> {
  const { scale, offset = 0 } = options;
  requireFinite(scale, "scale");
  requireFinite(offset, "offset");
  return {
    kind: "rescaling",
    className: "Rescaling",
    options: { ...options, offset },
    plan([input]) {
      for (const value of [scale, offset]) {
        if (typeof value === "number" || value.length === input.at(-1)) continue;
        throw new ShapeError({
          what: "rescaling takes one number, or one a channel.",
          expected: `[…, ${value.length}]`,
          received: formatShape(input),
        });
      }
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call: ([x], { build }) =>
          build.add(build.multiply(x, constantOf(build, scale)), constantOf(build, offset)),
      };
    },
  };
}
