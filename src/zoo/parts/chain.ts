// Layers one after the other, and names that may be absent.

import type { LayerInstance } from "../../nn/layer-instance.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";

/** `x` through all of `parts`, in their order. */
export function chain(x: SymbolicTensor, parts: readonly LayerInstance[]): SymbolicTensor {
  return parts.reduce((value, layer) => layer.apply(value), x);
}

/** The option `name`, where there is one: without it a layer is named as Keras names it. */
export function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}
