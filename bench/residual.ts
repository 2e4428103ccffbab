// Layers beside a shortcut, as a layer of its own: `relu(main(x) + shortcut(x))`.

import type { Shape } from "../src/core/shape.ts";
import type { Node } from "../src/graph/op.ts";
import type { CallContext, Layer, LayerPlan, WeightSpec } from "../src/nn/layer.ts";
import { layers } from "../src/nn/layers/index.ts";

/** What a residual layer is made of. */
export interface ResidualOptions {
  readonly main: readonly Layer[];
  /** Empty where the input itself is added. */
  readonly shortcut: readonly Layer[];
}

/** Streams of random numbers that one block may use. */
const streamsPerBlock = 64;

/** Layers in a row; each one's weights carry its place in their names. */
class Row {
  readonly outputShape: Shape;
  readonly #plans: { readonly name: string; readonly plan: LayerPlan }[] = [];

  constructor(name: string, parts: readonly Layer[], input: Shape) {
    let shape = input;
    parts.forEach((layer, i) => {
      const plan = layer.plan([shape]);
      this.#plans.push({ name: `${name}${i}`, plan });
      shape = plan.outputShape;
    });
    this.outputShape = shape;
  }

  get weights(): WeightSpec[] {
    return this.#plans.flatMap(({ name, plan }) =>
      plan.weights.map((weight) => ({ ...weight, name: `${name}.${weight.name}` })),
    );
  }

  get macs(): number {
    return this.#plans.reduce((sum, { plan }) => sum + plan.macs, 0);
  }

  call(x: Node, context: CallContext, firstStream: number): Node {
    return this.#plans.reduce((value, { name, plan }, i) => {
      const weights = plan.weights.map(({ name: weight }) => [
        weight,
        context.weights[`${name}.${weight}`],
      ]);
      return plan.call([value], {
        ...context,
        stream: context.stream + streamsPerBlock * (firstStream + i + 1),
        weights: Object.fromEntries(weights),
        update: (weight, next) => context.update(`${name}.${weight}`, next),
      });
    }, x);
  }
}

function residual(options: ResidualOptions): Layer<ResidualOptions> {
  const { main, shortcut } = options;
  return {
    kind: "residual",
    className: "Residual",
    options,
    plan([input]) {
      const along = new Row("main", main, input);
      const beside = new Row("shortcut", shortcut, input);
      return {
        outputShape: along.outputShape,
        weights: [...along.weights, ...beside.weights],
        macs: along.macs + beside.macs,
        call([x], context) {
          const { build } = context;
          const y = along.call(x, context, 0);
          return build.relu(build.add(y, beside.call(x, context, main.length)));
        },
      };
    },
  };
}

/** One pixel of zeros on all sides, as PyTorch's `padding=1` has it. */
const around = { top: 1, bottom: 1, left: 1, right: 1 } as const;

/** A 3x3 convolution that keeps the image's size, or halves it. */
export function conv3(filters: number, strides = 1): Layer {
  return layers.conv2d({ filters, kernelSize: 3, strides, padding: around });
}

/** Batch normalisation with PyTorch's settings. */
export function normalize(): Layer {
  return layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 });
}

export function relu(): Layer {
  return layers.activation({ activation: "relu" });
}

/** A 1x1 convolution and its normalisation, where the shortcut has to change the shape. */
function projection(filters: number, strides: number): Layer[] {
  return [layers.conv2d({ filters, kernelSize: 1, strides }), normalize()];
}

/** Two 3x3 convolutions beside a shortcut. Source: He et al., CVPR 2016. */
export function basicBlock(inputs: number, filters: number, strides = 1): Layer {
  const same = inputs === filters && strides === 1;
  return residual({
    main: [conv3(filters, strides), normalize(), relu(), conv3(filters), normalize()],
    shortcut: same ? [] : projection(filters, strides),
  });
}

/** 1x1, 3x3 and 1x1 with four times the filters, beside a shortcut. Source: He et al., CVPR 2016. */
export function bottleneckBlock(inputs: number, filters: number, strides = 1): Layer {
  const same = inputs === 4 * filters && strides === 1;
  return residual({
    main: [
      layers.conv2d({ filters, kernelSize: 1 }),
      normalize(),
      relu(),
      conv3(filters, strides),
      normalize(),
      relu(),
      layers.conv2d({ filters: 4 * filters, kernelSize: 1 }),
      normalize(),
    ],
    shortcut: same ? [] : projection(4 * filters, strides),
  });
}
