// Operations on two operands, place by place; shapes stretch to each other as in NumPy.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type Operation, operation } from "./operation.ts";

type NoSettings = Readonly<Record<never, never>>;

const binary = (
  className: string,
  compute: (build: Builder, a: Node, b: Node) => Node,
  aliases: readonly string[] = [],
): Operation<NoSettings, 2> =>
  operation({
    className,
    module: "numpy",
    aliases,
    operands: 2,
    settings: {},
    compute: (build, [a, b]) => compute(build, a, b),
  });

const not = (build: Builder, x: Node) => build.subtract(build.constant(1), x);

/** The whole number that `node` is everywhere, if it is one. */
function wholeIn({ op, attributes }: Node): number | undefined {
  const { value } = attributes as { readonly value?: unknown };
  return op.name === "constant" && Number.isSafeInteger(value) ? Number(value) : undefined;
}

/** xⁿ by n products at most: right below 0 as well, where aᵇ by logarithms is not. */
function wholePower(build: Builder, x: Node, exponent: number): Node {
  if (exponent < 0) return build.divide(build.constant(1), wholePower(build, x, -exponent));
  if (exponent === 0) return build.broadcastTo(build.constant(1), x.shape);
  if (exponent === 1) return x;
  const half = wholePower(build, x, Math.floor(exponent / 2));
  const square = build.multiply(half, half);
  return exponent % 2 === 0 ? square : build.multiply(square, x);
}

function power(build: Builder, x: Node, exponent: Node): Node {
  const whole = wholeIn(exponent);
  if (whole !== undefined && Math.abs(whole) <= 64) return wholePower(build, x, whole);
  return build.power(x, exponent);
}

const floorDivide = (build: Builder, a: Node, b: Node) => build.floor(build.divide(a, b));

export const arithmetic = {
  add: binary("Add", (build, a, b) => build.add(a, b)),
  subtract: binary("Subtract", (build, a, b) => build.subtract(a, b)),
  multiply: binary("Multiply", (build, a, b) => build.multiply(a, b)),
  divide: binary("Divide", (build, a, b) => build.divide(a, b), ["TrueDivide"]),
  floorDivide: binary("FloorDivide", floorDivide),
  mod: binary("Mod", (build, a, b) =>
    build.subtract(a, build.multiply(b, floorDivide(build, a, b))),
  ),
  power: binary("Power", power),
  maximum: binary("Maximum", (build, a, b) => build.maximum(a, b)),
  minimum: binary("Minimum", (build, a, b) => build.minimum(a, b)),
  equal: binary("Equal", (build, a, b) => build.equal(a, b)),
  notEqual: binary("NotEqual", (build, a, b) => not(build, build.equal(a, b))),
  greater: binary("Greater", (build, a, b) => build.less(b, a)),
  greaterEqual: binary("GreaterEqual", (build, a, b) => build.lessEqual(b, a)),
  less: binary("Less", (build, a, b) => build.less(a, b)),
  lessEqual: binary("LessEqual", (build, a, b) => build.lessEqual(a, b)),
  where: operation({
    className: "Where",
    module: "numpy",
    operands: 3,
    settings: {},
    compute: (build, [condition, a, b]) => build.select(condition, a, b),
  }),
};
