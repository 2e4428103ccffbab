// Layers that join several inputs element by element. Shapes are aligned at their last axis, as in Keras.

import { ShapeError } from "../../core/errors.ts";
import { requireNumber } from "../../core/option.ts";
import { broadcastShapes, formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";

export interface ScaledAddOptions extends CommonOptions {
  /** The factor of the second input. */
  readonly scale: number;
}

/** Facts of a layer that has no options of its own. */
const mergingFacts = (name: string, className: string) =>
  layerFacts<CommonOptions>({ name, options: {}, keras: { className } });

/**
 * The sum of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = a + b + …`. An input
 * with 1 along an axis is repeated along it. As in Keras.
 *
 * @throws ShapeError if there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.add().apply([x, shortcut])
 */
export function add(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(add.facts, options, (given) =>
    merging("add", given, (inputs, build) => inputs.reduce((sum, x) => build.add(sum, x))),
  );
}
add.facts = mergingFacts("add", "Add");

/**
 * The difference of two inputs, element by element: `[N, …]`, `[N, …]` → `[N, …]`, `y = a − b`. An input
 * with 1 along an axis is repeated along it. As in Keras.
 *
 * @throws ShapeError if there are not two inputs, or their shapes do not fit each other.
 * @example const y = layers.subtract().apply([a, b])
 */
export function subtract(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(subtract.facts, options, (given) =>
    merging("subtract", given, ([a, b], build) => build.subtract(a, b), 2),
  );
}
subtract.facts = mergingFacts("subtract", "Subtract");

/**
 * The product of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = a · b · …`. An
 * input with 1 along an axis is repeated along it, such as `[N, 1, 1, C]` beside `[N, H, W, C]`. As in
 * Keras.
 *
 * @throws ShapeError if there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.multiply().apply([x, weightOfEachChannel])
 */
export function multiply(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(multiply.facts, options, (given) =>
    merging("multiply", given, (inputs, build) =>
      inputs.reduce((product, x) => build.multiply(product, x)),
    ),
  );
}
multiply.facts = mergingFacts("multiply", "Multiply");

/**
 * The mean of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`,
 * `y = (a + b + …) / count`. An input with 1 along an axis is repeated along it. As in Keras.
 *
 * @throws ShapeError if there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.average().apply([a, b, c])
 */
export function average(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(average.facts, options, (given) =>
    merging("average", given, (inputs, build) => {
      const total = inputs.reduce((sum, x) => build.add(sum, x));
      return build.divide(total, build.constant(inputs.length));
    }),
  );
}
average.facts = mergingFacts("average", "Average");

/**
 * The largest of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = max(a, b, …)`. An
 * input with 1 along an axis is repeated along it. As in Keras.
 *
 * @throws ShapeError if there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.maximum().apply([a, b])
 */
export function maximum(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(maximum.facts, options, (given) =>
    merging("maximum", given, (inputs, build) =>
      inputs.reduce((largest, x) => build.maximum(largest, x)),
    ),
  );
}
maximum.facts = mergingFacts("maximum", "Maximum");

/**
 * The smallest of its inputs, element by element: `[N, …]`, `[N, …]`, … → `[N, …]`, `y = min(a, b, …)`. An
 * input with 1 along an axis is repeated along it. As in Keras.
 *
 * @throws ShapeError if there are fewer than two inputs, or their shapes do not fit each other.
 * @example const y = layers.minimum().apply([a, b])
 */
export function minimum(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(minimum.facts, options, (given) =>
    merging("minimum", given, (inputs, build) =>
      inputs.reduce((smallest, x) => build.minimum(smallest, x)),
    ),
  );
}
minimum.facts = mergingFacts("minimum", "Minimum");

/**
 * The sum of an input and a scaled residual: `[N, …]`, `[N, …]` → `[N, …]`, `y = a + scale · b`. Source:
 * Szegedy et al., "Inception-v4, Inception-ResNet and the impact of residual connections on learning",
 * AAAI 2017. As `CustomScaleLayer` in `keras.applications.inception_resnet_v2`.
 *
 * @throws ConfigError if the scale is invalid, ShapeError if there are not two inputs, or their shapes do
 * not fit each other.
 * @example const y = layers.scaledAdd({ scale: 0.17 }).apply([x, branch])
 */
export function scaledAdd(options: ScaledAddOptions): LayerInstance<ScaledAddOptions> {
  return makeLayer(scaledAdd.facts, options, (given) => {
    const { scale } = given;
    requireNumber("scale", scale);
    const join = ([a, b]: readonly Node[], build: Builder) =>
      build.add(a, build.multiply(b, build.constant(scale)));
    return merging("scaledAdd", given, join, 2);
  });
}
scaledAdd.facts = layerFacts<ScaledAddOptions>({
  name: "scaledAdd",
  options: { scale: "scale" },
  keras: {
    className: "CustomScaleLayer",
    module: "keras.src.applications.inception_resnet_v2",
  },
  example: "{ scale: 0.17 }",
});

/** @throws ShapeError unless there are two inputs or more, or exactly `count` if it is given. */
export function requireInputs(inputs: readonly Shape[], layer: string, count?: number): void {
  if (count === undefined ? inputs.length >= 2 : inputs.length === count) return;
  throw new ShapeError({
    what: `${layer} joins several inputs.`,
    expected: count === undefined ? "two inputs or more" : `${count} inputs`,
    received: inputs.map(formatShape).join(" and ") || "none",
    fix: `apply it to a list: layers.${layer}().apply([a, b])`,
  });
}

/** `x` with axes of 1 behind N until one example has `rank` axes: `[N, C] → [N, 1, 1, C]`. */
function withRank(x: Node, rank: number, build: Builder): Node {
  const [count, ...shape] = x.shape;
  const missing = new Array<number>(rank - shape.length).fill(1);
  return build.reshape(x, [count, ...missing, ...shape]);
}

/** A layer that joins its inputs by `join`; `count` is how many there must be, if that is fixed. */
function merging<O extends CommonOptions>(
  layer: string,
  given: O,
  join: (inputs: readonly Node[], build: Builder) => Node,
  count?: number,
): LayerDraft<O> {
  return {
    options: given,
    severalInputs: true,
    plan(inputs) {
      requireInputs(inputs, layer, count);
      const outputShape = broadcastShapes(...inputs);
      return {
        outputShape,
        call(values, { build }) {
          const aligned = values.map((x) => withRank(x, outputShape.length, build));
          return join(aligned, build);
        },
      };
    },
  };
}
