// Layers inside of another one, as its option `layer` or `layers`: what files keep of them, and how they
// are called.

import { ConfigError } from "../../core/errors.ts";
import { outlineOf } from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { CallContext, Layer, LayerPlan } from "../layer.ts";
import type { UnitConfig } from "../network-config.ts";

/** A layer inside, and what a file keeps of it. */
export interface InnerLayer {
  readonly layer: Layer;
  readonly config: UnitConfig;
}

/** The layer inside. @throws ConfigError unless `layer` is one; `option` is what it is given as. */
export function innerLayer(layer: unknown, option = "layer"): InnerLayer {
  if (isLayer(layer)) return { layer, config: { kind: layer.kind, options: layer.options } };
  throw new ConfigError({
    what: `The option ${option} cannot be used.`,
    expected: "a layer, such as layers.dense({ units: 8 })",
    received: outlineOf(layer),
  });
}

const isLayer = (value: unknown): value is Layer =>
  typeof value === "object" && value !== null && "plan" in value;

/** More layers than another one has inside. */
export const mostInside = 64;
/** Streams from here on are those of layers inside of others. */
const firstInside = 2 ** 16;

/** The context of the layer at `place` inside of another one: its random numbers are its own. */
export function innerContext(context: CallContext, place: number): CallContext {
  return { ...context, stream: firstInside + context.stream * mostInside + place };
}

/** The plans of layers that follow one another. @throws ShapeError where one does not fit. */
export function plansInRow(layers: readonly Layer[], input: Shape): readonly LayerPlan[] {
  let shape = input;
  return layers.map((layer) => {
    const plan = layer.plan([shape]);
    shape = plan.outputShape;
    return plan;
  });
}

/** What the planned layers make of `x`, one after another. */
export function callInRow(plans: readonly LayerPlan[], x: Node, context: CallContext): Node {
  return plans.reduce((y, plan, place) => plan.call([y], innerContext(context, place)), x);
}
