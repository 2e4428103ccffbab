// Sums of absolute values and of squares, each by its factor.

import { requireNumber } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** @throws ConfigError unless each is a finite number of at least 0. */
export function requireFactors(factors: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(factors)) {
    requireNumber(`${name} of a regularizer`, value, { least: 0 });
  }
}

/** `l1 · Σ |value| + l2 · Σ value²` */
export function weightedSums(
  value: Node,
  { l1 = 0, l2 = 0 }: { readonly l1?: number; readonly l2?: number },
  build: Builder,
): Node {
  const absolute = () => build.sum(build.absolute(value));
  const squares = () => build.sum(build.multiply(value, value));
  const parts = [
    ...(l1 === 0 ? [] : [build.multiply(absolute(), build.constant(l1))]),
    ...(l2 === 0 ? [] : [build.multiply(squares(), build.constant(l2))]),
  ];
  return parts.length === 0 ? build.constant(0) : parts.reduce((a, b) => build.add(a, b));
}
