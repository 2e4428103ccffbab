// Dot products of two inputs, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { axisOf } from "./axes.ts";
import { requireInputs } from "./merging.ts";

export interface DotOptions extends CommonOptions {
  /** The axis along which products are summed, N being 0: one for both inputs, or one for each. */
  readonly axes: number | readonly [number, number];
  /**
   * Whether both inputs are scaled to length 1 along the axis first, which gives the cosine
   * similarity. Default: false.
   */
  readonly normalize?: boolean;
}

/**
 * Dot product of two inputs: `[N, A, K]`, `[N, B, K]` → `[N, A, B]` along the axes of K, and `[N, K]`,
 * `[N, K]` → `[N, 1]`. `y[n, a, b] = Σ x[n, a, k] · z[n, b, k]`. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if there are not two inputs, or their axes do
 * not fit each other.
 * @example const y = layers.dot({ axes: 1, normalize: true }).apply([left, right])
 */
export function dot(options: DotOptions): LayerInstance<DotOptions> {
  return makeLayer(dot.facts, options, (given) => {
    const { axes, normalize = false } = given;
    const pair = typeof axes === "number" ? [axes, axes] : axes;
    const fits = Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger);
    requireOption("axes", axes, fits && !pair.includes(0), "a whole number other than 0, or two");
    requireOption("normalize", normalize, typeof normalize === "boolean", "true or false");
    return {
      options: { ...given, normalize },
      severalInputs: true,
      plan(inputs) {
        requireInputs(inputs, "dot", 2);
        const along = inputs.map((shape, i) => axisOf(pair[i], shape, "dot"));
        const [first, second] = inputs.map((shape, i) => shape[along[i] - 1]);
        if (first !== second) {
          throw new ShapeError({
            what: "dot multiplies rows of the same length.",
            expected: `${first} elements along axis ${along[1]} of the second input`,
            received: inputs.map(formatShape).join(" and "),
          });
        }
        const left = inputs.flatMap((shape, i): Shape => shape.toSpliced(along[i] - 1, 1));
        const outputShape = left.length === 0 ? [1] : left;
        return {
          outputShape,
          macs: sizeOf(outputShape) * first,
          call(values, { build }) {
            const [a, b] = values.map((x, i) =>
              rowsOf(build, normalize ? toLengthOne(build, x, along[i]) : x, along[i]),
            );
            const [count, rows, length] = a.shape;
            const wide = build.reshape(a, [count, rows, 1, length]);
            const high = build.reshape(b, [count, 1, b.shape[1], length]);
            const products = build.sum(build.multiply(wide, high), { axes: [3] });
            return build.reshape(products, [count, ...outputShape]);
          },
        };
      },
    };
  });
}
dot.facts = layerFacts<DotOptions>({
  name: "dot",
  options: { axes: "axes", normalize: "normalize" },
  keras: { className: "Dot" },
  example: "{ axes: 1 }",
});

/** Keras's epsilon: no length below it is divided by. */
const epsilon = 1e-7;

/** `x / ‖x‖` along an axis. */
function toLengthOne(build: Builder, x: Node, axis: number): Node {
  const squares = build.sum(build.multiply(x, x), { axes: [axis], keepDimensions: true });
  const factor = build.divide(build.constant(1), build.squareRoot(squares));
  return build.multiply(x, build.minimum(factor, build.constant(1 / epsilon)));
}

/** `[N, …]` → `[N, rows, K]`, K being the axis. */
function rowsOf(build: Builder, x: Node, axis: number): Node {
  const others = x.shape.map((_, i) => i).filter((i) => i > 0 && i !== axis);
  const last = build.transpose(x, [0, ...others, axis]);
  const rows = sizeOf(others.map((i) => x.shape[i]));
  return build.reshape(last, [x.shape[0], rows, x.shape[axis]]);
}
