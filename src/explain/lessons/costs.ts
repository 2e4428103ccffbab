// What each layer costs: parameters and multiply-adds, with the formula filled in.

import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import { placesOf, valueShapes } from "../../nn/exact-field.ts";
import type { SymbolicOutputs } from "../../nn/network.ts";
import type { Step } from "../../nn/steps.ts";
import { requireModel, type StatefulModel } from "../../train/stateful-model.ts";

/** What a layer costs. */
export interface LayerCost {
  /** The layer's name, behind those of the networks around it. */
  readonly layer: string;
  readonly className: string;
  /** The shape of the layer's result, without N. */
  readonly outputShape: Shape;
  /** Numbers in the layer's weights. A layer that is used again has them once. */
  readonly parameters: number;
  /** How that comes: `3·3·1·32 + 32 = 320`, the kernel, then the bias. */
  readonly parametersFormula: string;
  /** Multiply-adds for one example. */
  readonly macs: number;
  /** How that comes: `26·26 · 3·3·1·32 = 194,688`, the places times the kernel. */
  readonly macsFormula: string;
}

/**
 * Parameters and multiply-adds of every layer, with the formula filled in.
 *
 * @example for (const { layer, parametersFormula } of explain.costs(model)) console.log(layer, parametersFormula);
 */
export function costs(model: StatefulModel<SymbolicOutputs>): readonly LayerCost[] {
  requireModel("explain.costs", model);
  const { network } = model;
  const shapes = valueShapes(network);
  const seen = new Set<unknown>();
  return network.steps.map((step): LayerCost => {
    const { layer, path, plan, inputs } = step;
    const isFirst = !seen.has(layer);
    seen.add(layer);
    const sizes = plan.weights.map(({ shape }) => sizeOf(shape));
    const parameters = isFirst ? sizes.reduce((a, b) => a + b, 0) : 0;
    return {
      layer: path,
      className: layer.className,
      outputShape: plan.outputShape,
      parameters,
      parametersFormula: isFirst ? parametersFormula(step, parameters) : "counted at its first use",
      macs: plan.macs,
      macsFormula: macsFormula(step, shapes[inputs[0]]),
    };
  });
}

const counted = (value: number) => value.toLocaleString("en-US");
const product = (shape: Shape) => (shape.length === 0 ? "1" : shape.join("·"));

function parametersFormula({ plan: { weights } }: Step, parameters: number): string {
  if (weights.length === 0) return "no weights";
  const text = weights.map(({ shape }) => product(shape)).join(" + ");
  const isPlain = weights.length === 1 && weights[0].shape.length <= 1;
  return isPlain ? text : `${text} = ${counted(parameters)}`;
}

/** The places at which kernels are applied times the kernels, where that is what the layer does. */
function macsFormula({ plan }: Step, input: Shape): string {
  const { macs, weights, outputShape } = plan;
  if (macs === 0) return "no multiply-adds";
  const kernels = weights.filter(({ shape }) => shape.length > 1);
  const size = kernels.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const text = kernels.map(({ shape }) => product(shape)).join(" + ");
  const inner = kernels.length > 1 ? `(${text})` : text;
  for (const shape of [outputShape, input]) {
    const places = placesOf(shape);
    if (size === 0 || places[0] * places[1] * size !== macs) continue;
    const isOne = places[0] * places[1] === 1;
    return `${isOne ? "" : `${product(places)} · `}${inner} = ${counted(macs)}`;
  }
  // One for each number, such as a scale.
  if (sizeOf(outputShape) === macs) return `${product(outputShape)} = ${counted(macs)}`;
  return `${counted(macs)} for ${formatShape(input)} → ${formatShape(outputShape)}`;
}
