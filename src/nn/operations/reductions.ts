// Operations along whole axes. N is never one of them: examples do not see each other.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { glu, sparsemax } from "../activations.ts";
import { axesOf, axisOf } from "../layers/axes.ts";
import { type Operation, operation } from "./operation.ts";
import { axes, flag, lastAxes, lastAxis } from "./settings.ts";

interface Along {
  readonly axes: readonly number[];
  readonly keepDimensions: boolean;
}

const reductionSettings = { axis: axes, keepDimensions: flag(false) };

/** A reduction; `reduce` gets axes that are counted from the front. */
const reduction = (
  className: string,
  reduce: (build: Builder, x: Node, along: Along) => Node,
  aliases: readonly string[] = [],
): Operation<typeof reductionSettings, 1> =>
  operation({
    className,
    module: "numpy",
    aliases,
    operands: 1,
    isReduction: true,
    settings: reductionSettings,
    compute: (build, [x], { axis, keepDimensions }) =>
      reduce(build, x, { axes: axesOf(axis, x.shape.slice(1), "The operation"), keepDimensions }),
  });

/** The mean of the squared distances to the mean. */
function variance(build: Builder, x: Node, along: Along): Node {
  const middle = build.mean(x, { axes: along.axes, keepDimensions: true });
  const distance = build.subtract(x, middle);
  return build.mean(build.multiply(distance, distance), along);
}

/** The largest, for e to the power of what is left of x: no power overflows then. */
function shifted(build: Builder, x: Node, along: readonly number[]) {
  const largest = build.reduceMaximum(x, { axes: along, keepDimensions: true });
  return { largest, powers: build.exponential(build.subtract(x, largest)) };
}

function softmax(build: Builder, x: Node, along: readonly number[]): Node {
  if (along.length === 1 && along[0] === x.shape.length - 1) return build.softmax(x);
  const { powers } = shifted(build, x, along);
  return build.divide(powers, build.sum(powers, { axes: along, keepDimensions: true }));
}

function logSoftmax(build: Builder, x: Node, along: readonly number[]): Node {
  if (along.length === 1 && along[0] === x.shape.length - 1) return build.logSoftmax(x);
  const { largest, powers } = shifted(build, x, along);
  const sum = build.sum(powers, { axes: along, keepDimensions: true });
  return build.subtract(build.subtract(x, largest), build.logarithm(sum));
}

export const reductions = {
  mean: reduction("Mean", (build, x, along) => build.mean(x, along)),
  sum: reduction("Sum", (build, x, along) => build.sum(x, along)),
  max: reduction("Max", (build, x, along) => build.reduceMaximum(x, along), ["Amax"]),
  min: reduction("Min", (build, x, along) => build.reduceMinimum(x, along), ["Amin"]),
  var: reduction("Var", variance),
  std: reduction("Std", (build, x, along) => build.squareRoot(variance(build, x, along))),
  softmax: operation({
    className: "Softmax",
    module: "nn",
    operands: 1,
    isReduction: true,
    settings: { axis: lastAxes },
    compute: (build, [x], { axis }) => softmax(build, x, axesOf(axis, x.shape.slice(1), "softmax")),
  }),
  logSoftmax: operation({
    className: "LogSoftmax",
    module: "nn",
    operands: 1,
    isReduction: true,
    settings: { axis: lastAxes },
    compute: (build, [x], { axis }) =>
      logSoftmax(build, x, axesOf(axis, x.shape.slice(1), "logSoftmax")),
  }),
  sparsemax: operation({
    className: "Sparsemax",
    module: "nn",
    operands: 1,
    isReduction: true,
    settings: { axis: lastAxis },
    compute(build, [x], { axis }) {
      const [at, last] = [axisOf(axis, x.shape.slice(1), "sparsemax"), x.shape.length - 1];
      const order = x.shape
        .map((_, i) => i)
        .with(at, last)
        .with(last, at);
      return build.transpose(sparsemax(build, build.transpose(x, order)), order);
    },
  }),
  glu: operation({
    className: "Glu",
    module: "nn",
    operands: 1,
    settings: { axis: lastAxis },
    compute: (build, [x], { axis }) => glu(build, x, axisOf(axis, x.shape.slice(1), "glu")),
  }),
};
