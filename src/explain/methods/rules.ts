// Rules that replace gradients on the way back: what guided backpropagation and DeepLIFT do differently.

import type { GradientRule } from "../../graph/autodiff.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { PoolAttributes } from "../../graph/vocabulary.ts";

/** Through a ReLU goes only what raises the score, and only where the unit is active. */
const throughRelu: GradientRule = ({ node, gradient }, build) => {
  const zero = build.constant(0);
  return [build.select(build.less(zero, node), build.relu(gradient), zero)];
};

export const guided: Rules = { name: "guided", table: { relu: throughRelu } };

/** Rules by the op that they stand for. */
export interface Rules {
  readonly name: string;
  readonly table: Readonly<Record<string, GradientRule>>;
}

/** Below this difference between picture and baseline, the plain gradient counts. */
const least = 1e-6;

/** The two halves of a batch: pictures, then their baselines. */
function halves(build: Builder, x: Node): readonly [Node, Node] {
  const [count, ...rest] = x.shape;
  const half = count / 2;
  const part = (first: number) => build.slice(x, [first, ...rest.map(() => 0)], [half, ...rest]);
  return [part(0), part(half)];
}

const twice = (build: Builder, x: Node) => build.concatenate([x, x], 0);

/** How far pictures are from their baselines, for both halves. */
function difference(build: Builder, x: Node): Node {
  const [picture, baseline] = halves(build, x);
  return twice(build, build.subtract(picture, baseline));
}

/** `over / change`, or `plain` where nothing changed. */
function share(build: Builder, over: Node, change: Node, plain: Node): Node {
  const isStill = build.less(build.absolute(change), build.constant(least));
  const safe = build.select(isStill, build.constant(1), change);
  return build.select(isStill, plain, build.divide(over, safe));
}

/** The slope of the line between picture and baseline, in place of the slope at the picture. */
const secant: GradientRule = ({ node, inputs: [x], gradient }, build) => {
  const rise = build.multiply(gradient, difference(build, node));
  const plain = node.op.gradient?.({ node, inputs: [x], gradient }, node.attributes, build)[0];
  return [share(build, rise, difference(build, x), plain ?? build.constant(0, x.shape))];
};

/** Of a window, what changed goes to where its largest value is: for the picture, and for the baseline. */
const throughMaxPool: GradientRule = ({ node, inputs: [x], gradient }, build) => {
  const [result, before] = halves(build, node);
  const most = build.maximum(result, before);
  const change = build.concatenate([build.subtract(most, before), build.subtract(result, most)], 0);
  const options = node.attributes as PoolAttributes;
  const spread = build.maxPoolGradient(x, build.multiply(gradient, change), options);
  const [own, other] = halves(build, spread);
  const sum = twice(build, build.add(own, other));
  const plain = build.maxPoolGradient(x, gradient, options);
  return [share(build, sum, difference(build, x), plain)];
};

/** DeepLIFT's rescale rule, for a batch of pictures followed by their baselines. */
export const rescale: Rules = {
  name: "rescale",
  table: {
    relu: secant,
    sigmoid: secant,
    tanh: secant,
    softplus: secant,
    errorFunction: secant,
    normalDistribution: secant,
    exponentialMinusOne: secant,
    maxPool: throughMaxPool,
  },
};
