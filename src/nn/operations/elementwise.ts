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
  /** |x| */
  absolute: {
    ...unary("Absolute", (build, x) => build.absolute(x)),
    aliases: ["Fabs"],
  },
  /** −x */
  negative: unary("Negative", (build, x) => build.negate(x)),
  /** x² */
  square: unary("Square", (build, x) => build.multiply(x, x)),
  /** √x */
  sqrt: unary("Sqrt", (build, x) => build.squareRoot(x)),
  /** 1 / √x */
  rsqrt: unary("Rsqrt", (build, x) => inverse(build, build.squareRoot(x)), "math"),
  /** 1 / x */
  reciprocal: unary("Reciprocal", inverse),
  /** eˣ */
  exp: unary("Exp", (build, x) => build.exponential(x)),
  /** eˣ − 1 */
  expm1: unary("Expm1", (build, x) => build.subtract(build.exponential(x), build.constant(1))),
  /** ln x */
  log: unary("Log", (build, x) => build.logarithm(x)),
  /** ln(1 + x) */
  log1p: unary("Log1p", (build, x) => build.logarithm(build.add(build.constant(1), x))),
  /** log₂ x */
  log2: unary("Log2", (build, x) => logarithm(build, x, Math.LOG2E)),
  /** log₁₀ x */
  log10: unary("Log10", (build, x) => logarithm(build, x, Math.LOG10E)),
  /** 2/√π ∫ e^(−t²) dt from 0 to x. */
  erf: unary("Erf", (build, x) => build.errorFunction(x), "math"),
  /** −1, 0 or 1; no gradient flows. */
  sign: unary("Sign", (build, x) => build.sign(x)),
  /** ⌊x⌋; no gradient flows. */
  floor: unary("Floor", (build, x) => build.floor(x)),
  /** ⌈x⌉; no gradient flows. */
  ceil: unary("Ceil", (build, x) => build.negate(build.floor(build.negate(x)))),
  /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
  tanh: unary("Tanh", (build, x) => build.tanh(x)),
  /** x, from `xMin` to `xMax` */
  clip: operation({
    className: "Clip",
    module: "numpy",
    operands: 1,
    settings: { xMin: anyNumber, xMax: anyNumber },
    compute: (build, [x], { xMin, xMax }) =>
      build.minimum(build.maximum(x, build.constant(xMin)), build.constant(xMax)),
  }),

  /** max(x, 0) */
  relu: activation("Relu", "relu"),
  /** x, from 0 to 6 */
  relu6: activation("Relu6", "relu6"),
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: activation("Sigmoid", "sigmoid"),
  /** ln(1 / (1 + e⁻ˣ)) */
  logSigmoid: activation("LogSigmoid", "logSigmoid"),
  /** x · sigmoid(x), also known as swish */
  silu: activation("Silu", "silu"),
  /** x / 6 + 1 / 2, from 0 to 1 */
  hardSigmoid: activation("HardSigmoid", "hardSigmoid"),
  /** x · hardSigmoid(x), also known as hard swish */
  hardSilu: activation("HardSilu", "hardSilu"),
  /** x · tanh(softplus(x)) */
  mish: activation("Mish", "mish", "activations"),
  /** x, from −1 to 1 */
  hardTanh: activation("HardTanh", "hardTanh"),
  /** scale · x where x is above 0, else scale · alpha · (eˣ − 1) */
  selu: activation("Selu", "selu"),
  /** ln(1 + eˣ) */
  softplus: activation("Softplus", "softplus"),
  /** x / (1 + |x|) */
  softsign: activation("Softsign", "softsign"),
  /** x − tanh(x) */
  tanhShrink: activation("TanhShrink", "tanhShrink"),
  /** 0 up to −1, (x + 1)² / 4 up to 1, then x */
  sparsePlus: activation("SparsePlus", "sparsePlus"),
  /** (x + 1) / 2, from 0 to 1 */
  sparseSigmoid: activation("SparseSigmoid", "sparseSigmoid"),
  /** x above 0, else `negativeSlope` · x. */
  leakyRelu: operation({
    className: "LeakyRelu",
    module: "nn",
    operands: 1,
    settings: { negativeSlope: number(0.2) },
    compute: (build, [x], { negativeSlope }) => leakyRelu(build, x, negativeSlope),
  }),
  /** x above 0, else `alpha` · (eˣ − 1). */
  elu: operation({
    className: "Elu",
    module: "nn",
    operands: 1,
    settings: { alpha: number(1) },
    compute: (build, [x], { alpha }) => elu(build, x, alpha),
  }),
  /** x · Φ(x), or its approximation by tanh. */
  gelu: operation({
    className: "Gelu",
    module: "nn",
    operands: 1,
    settings: { approximate: flag(true) },
    compute: (build, [x], { approximate }) =>
      activate(approximate ? "geluApproximate" : "gelu", build, x),
  }),
};
