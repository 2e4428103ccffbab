// Operations on one tensor, place by place.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type ActivationName, activate, elu, leakyRelu } from "../activations.ts";
import { type Operation, operation } from "./operation.ts";
import { anyNumber, flag, number } from "./settings.ts";

type NoSettings = Readonly<Record<never, never>>;

const unary = (
  className: string,
  compute: (build: Builder, x: Node) => Node,
  module: Operation["module"] = "numpy",
): Operation<NoSettings, 1> =>
  operation({
    className,
    module,
    operands: 1,
    settings: {},
    compute: (build, [x]) => compute(build, x),
  });

/** An activation that layers name, as an operation. */
const activation = (className: string, name: ActivationName, module: Operation["module"] = "nn") =>
  unary(className, (build, x) => activate(name, build, x), module);

const inverse = (build: Builder, x: Node) => build.divide(build.constant(1), x);
const logarithm = (build: Builder, x: Node, scale: number) =>
  build.multiply(build.logarithm(x), build.constant(scale));

export const elementwise = {
  absolute: {
    ...unary("Absolute", (build, x) => build.absolute(x)),
    aliases: ["Fabs"],
  },
  negative: unary("Negative", (build, x) => build.negate(x)),
  square: unary("Square", (build, x) => build.multiply(x, x)),
  sqrt: unary("Sqrt", (build, x) => build.squareRoot(x)),
  rsqrt: unary("Rsqrt", (build, x) => inverse(build, build.squareRoot(x)), "math"),
  reciprocal: unary("Reciprocal", inverse),
  exp: unary("Exp", (build, x) => build.exponential(x)),
  expm1: unary("Expm1", (build, x) => build.subtract(build.exponential(x), build.constant(1))),
  log: unary("Log", (build, x) => build.logarithm(x)),
  log1p: unary("Log1p", (build, x) => build.logarithm(build.add(build.constant(1), x))),
  log2: unary("Log2", (build, x) => logarithm(build, x, Math.LOG2E)),
  log10: unary("Log10", (build, x) => logarithm(build, x, Math.LOG10E)),
  erf: unary("Erf", (build, x) => build.errorFunction(x), "math"),
  sign: unary("Sign", (build, x) => build.sign(x)),
  floor: unary("Floor", (build, x) => build.floor(x)),
  ceil: unary("Ceil", (build, x) => build.negate(build.floor(build.negate(x)))),
  tanh: unary("Tanh", (build, x) => build.tanh(x)),
  clip: operation({
    className: "Clip",
    module: "numpy",
    operands: 1,
    settings: { xMin: anyNumber, xMax: anyNumber },
    compute: (build, [x], { xMin, xMax }) =>
      build.minimum(build.maximum(x, build.constant(xMin)), build.constant(xMax)),
  }),

  relu: activation("Relu", "relu"),
  relu6: activation("Relu6", "relu6"),
  sigmoid: activation("Sigmoid", "sigmoid"),
  logSigmoid: activation("LogSigmoid", "logSigmoid"),
  silu: activation("Silu", "silu"),
  hardSigmoid: activation("HardSigmoid", "hardSigmoid"),
  hardSilu: activation("HardSilu", "hardSilu"),
  mish: activation("Mish", "mish", "activations"),
  hardTanh: activation("HardTanh", "hardTanh"),
  selu: activation("Selu", "selu"),
  softplus: activation("Softplus", "softplus"),
  softsign: activation("Softsign", "softsign"),
  tanhShrink: activation("TanhShrink", "tanhShrink"),
  sparsePlus: activation("SparsePlus", "sparsePlus"),
  sparseSigmoid: activation("SparseSigmoid", "sparseSigmoid"),
  leakyRelu: operation({
    className: "LeakyRelu",
    module: "nn",
    operands: 1,
    settings: { negativeSlope: number(0.2) },
    compute: (build, [x], { negativeSlope }) => leakyRelu(build, x, negativeSlope),
  }),
  elu: operation({
    className: "Elu",
    module: "nn",
    operands: 1,
    settings: { alpha: number(1) },
    compute: (build, [x], { alpha }) => elu(build, x, alpha),
  }),
  gelu: operation({
    className: "Gelu",
    module: "nn",
    operands: 1,
    settings: { approximate: flag(true) },
    compute: (build, [x], { approximate }) =>
      activate(approximate ? "geluApproximate" : "gelu", build, x),
  }),
};
