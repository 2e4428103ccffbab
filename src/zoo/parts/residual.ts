// Residual blocks of two 3 x 3 convolutions, for small images.

import { layers } from "../../nn/layers/index.ts";
import { operations } from "../../nn/operation-calls.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { chain } from "./chain.ts";
import { activate, type ConvolutionOptions, convNorm } from "./convolution.ts";

/** What all convolutions of a network have in common. */
type Kind = Pick<ConvolutionOptions, "norm" | "useBias" | "kernelInitializer">;

interface BlockOptions {
  readonly filters: number;
  readonly stride: number;
  /** The name of the last layer. Default: as Keras names it. */
  readonly name?: string;
  /**
   * The shortcut where the shape changes: a 1 x 1 convolution, or every other pixel with channels
   * of zeros (options B and A of He et al., 2016). Default: a convolution.
   */
  readonly shortcut?: "projection" | "zeros";
  readonly kind?: Kind;
}

const withBias: Kind = { useBias: true };

/** A 3 x 3 convolution before all blocks. */
function stem(x: SymbolicTensor, filters: number, kind = withBias): SymbolicTensor {
  return chain(x, convNorm({ filters, kernelSize: 3, padding: "same", ...kind }));
}

/**
 * `[N, H, W, C] → [N, H / stride, W / stride, filters]`: two 3 x 3 convolutions beside a shortcut.
 */
function block(x: SymbolicTensor, options: BlockOptions): SymbolicTensor {
  const { filters, stride, name, shortcut = "projection", kind = withBias } = options;
  const conv = { filters, padding: "same", ...kind } as const;
  const main = chain(x, [
    ...convNorm({ ...conv, kernelSize: 3, strides: stride }),
    ...convNorm({ ...conv, kernelSize: 3, activation: null }),
  ]);
  const isSame = x.shape[2] === filters && stride === 1;
  const projection = { ...conv, kernelSize: 1, strides: stride, activation: null };
  const widened = () =>
    shortcut === "projection" ? chain(x, convNorm(projection)) : zeros(x, filters, stride);
  const sum = layers.add().apply([main, isSame ? x : widened()]);
  return activate("relu", name).apply(sum);
}

/** Every `stride`-th pixel, between channels of zeros: a shortcut without weights. */
function zeros(x: SymbolicTensor, filters: number, stride: number): SymbolicTensor {
  const added = filters - x.shape[2];
  const before = Math.floor(added / 2);
  const pixels = operations.slice(x, { key: `:, ::${stride}, ::${stride}` });
  const none = [0, 0] as const;
  return operations.pad(pixels, { padWidth: [none, none, none, [before, added - before]] });
}

export const residual = { stem, block };
