// Where a functional model begins.

import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import { checkShape, type Shape } from "../core/shape.ts";
import { LayerInstance } from "./layer-instance.ts";
import { applyUnit, type SymbolicTensor } from "./symbolic.ts";

export interface InputOptions {
  /** The shape of one example, without N: `[H, W, C]`. */
  readonly shape: Shape;
  /** A name that is unique in its model; by default Keras's, such as `input_layer_1`. */
  readonly name?: string;
}

const optionNames: OptionNames<InputOptions> = { shape: true, name: true };

/** The kind of the unit that stands for an input; it is no layer that a file could name. */
export const inputKind = "inputLayer";

/**
 * A tensor to apply layers to: examples `[N, …shape]` to come. As Keras's `Input`.
 *
 * @throws ShapeError where the shape is none.
 * @example const x = input({ shape: [28, 28, 1] })
 */
export function input(options: InputOptions): SymbolicTensor {
  requireKnownOptions("input", options, optionNames, "{ shape: [28, 28, 1] }");
  const { shape } = options;
  checkShape(shape, "The shape of an input");
  const unit = new LayerInstance({
    kind: inputKind,
    className: "InputLayer",
    options,
    plan: () => ({
      outputShape: shape,
      weights: [],
      macs: 0,
      call: ([x]) => x,
    }),
  });
  return applyUnit(unit, [], [shape], unit.plan([]))[0];
}
