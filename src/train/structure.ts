// Results in the form in which a model's outputs were given: one, a list, or a record.

import type { Network, SymbolicOutputs } from "../nn/network.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";

/** What `O` is, with each symbolic tensor replaced by `T`. */
export type Shaped<O extends SymbolicOutputs, T> = O extends SymbolicTensor
  ? T
  : { readonly [K in keyof O]: T };

/** `items`, one for each output, in the form of the network's outputs. */
export function shaped<O extends SymbolicOutputs, T>(
  { outputForm, outputNames }: Network,
  items: readonly T[],
): Shaped<O, T> {
  if (outputForm === "one") return items[0] as Shaped<O, T>;
  if (outputForm === "list") return items as unknown as Shaped<O, T>;
  const entries = outputNames.map((name, i) => [name, items[i]]);
  return Object.fromEntries(entries) as Shaped<O, T>;
}
