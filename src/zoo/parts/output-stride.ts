// How much smaller than the image the last features are. A network that is to keep more of them leaves its last strides
// out, and spreads the taps of the convolutions behind them: the same weights then see the same pixels, at more places.

import { choiceOption } from "../option-kinds.ts";

/** The options of architectures whose strides can be left out. */
export type StrideOptions = { readonly outputStride: 8 | 16 | 32 };

export const strideOptions = {
  outputStride: choiceOption(
    "How many pixels of the image lie side by side in one of the last features: below 32, later strides become dilations.",
    32,
    [8, 16, 32],
  ),
};

/** What becomes of a block's stride. */
export interface StrideStep {
  readonly stride: number;
  /** How far the taps of convolutions lie apart, up to the one that has the stride. */
  readonly dilation: number;
  /** The same of convolutions behind it: more where the stride was left out. */
  readonly dilationAfter: number;
}

/**
 * What becomes of strides, one after another, where features may lie `outputStride` pixels apart: a stride that leads
 * beyond is left out, and what follows is dilated by as much. Source: Chen et al., “Rethinking Atrous Convolution”, 2017,
 * arXiv:1706.05587.
 *
 * @param reached How many pixels they lie apart before the first of these strides.
 */
export function stridesUpTo(outputStride: number, reached: number): (stride: number) => StrideStep {
  let [apart, dilation] = [reached, 1];
  return (stride) => {
    const before = dilation;
    if (apart * stride > outputStride) {
      dilation *= stride;
      return { stride: 1, dilation: before, dilationAfter: dilation };
    }
    apart *= stride;
    return { stride, dilation, dilationAfter: dilation };
  };
}
