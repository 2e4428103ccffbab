// Another layer applied to each time step of a sequence, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { CallContext, CommonOptions, Layer, LayerPlan } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import type { UnitConfig } from "../network-config.ts";
import { innerLayer } from "./inner-layer.ts";

export interface TimeDistributedOptions extends CommonOptions {
  /** The layer that is applied to each time step. All steps share its weights. */
  readonly layer: Layer | UnitConfig;
}

/**
 * Applies a layer to each time step: `[N, T, …] → [N, T, …]`, `y[n, t] = layer(x[n, t])`, such as a
 * convolution to each frame of a film. Weights: those of the layer. As in Keras.
 *
 * @throws ConfigError if there is no layer, ShapeError if time steps do not fit it.
 * @example layers.timeDistributed({ layer: layers.conv2d({ filters: 8, kernelSize: 3 }) })
 */
export function timeDistributed(
  options: TimeDistributedOptions,
): LayerInstance<TimeDistributedOptions> {
  return makeLayer(timeDistributed.facts, options, (given) => {
    const { layer, config } = innerLayer(given.layer);
    return {
      options: { ...given, layer: config },
      plan([input]) {
        const [steps, ...rest] = input;
        if (rest.length === 0) {
          throw new ShapeError({
            what: "timeDistributed works on sequences.",
            expected: "[T, …], with at least one axis for each step",
            received: formatShape(input),
          });
        }
        const inner = layer.plan([rest]);
        const apply = inner.weights.every(({ trainable }) => trainable) ? together : oneByOne;
        return {
          outputShape: [steps, ...inner.outputShape],
          weights: inner.weights,
          macs: steps * inner.macs,
          call: ([x], context) => apply(x, inner, context),
        };
      },
    };
  });
}
timeDistributed.facts = layerFacts<TimeDistributedOptions>({
  name: "timeDistributed",
  options: { layer: "layer" },
  keras: { className: "TimeDistributed" },
  example: "{ layer: layers.dense({ units: 8 }) }",
});

/** All steps at once: `[N, T, …] → [N · T, …]` and back. */
function together(x: Node, inner: LayerPlan, context: CallContext): Node {
  const { build } = context;
  const [count, steps, ...rest] = x.shape;
  const y = inner.call([build.reshape(x, [count * steps, ...rest])], context);
  return build.reshape(y, [count, steps, ...y.shape.slice(1)]);
}

/** One step after another: statistics go on from those that the step before left, as in Keras. */
function oneByOne(x: Node, inner: LayerPlan, context: CallContext): Node {
  const { build } = context;
  const [count, steps, ...rest] = x.shape;
  const weights = { ...context.weights };
  const results = Array.from({ length: steps }, (_, i) => {
    const start = x.shape.map((_, axis) => (axis === 1 ? i : 0));
    const step = build.reshape(build.slice(x, start, [count, 1, ...rest]), [count, ...rest]);
    const y = inner.call([step], {
      ...context,
      weights,
      update(name, value) {
        weights[name] = value;
        context.update(name, value);
      },
      replace(name, value) {
        weights[name] = context.replace(name, value);
        return weights[name];
      },
    });
    return build.reshape(y, [count, 1, ...y.shape.slice(1)]);
  });
  return build.concatenate(results, 1);
}
