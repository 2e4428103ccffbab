// What an op computes, in the few forms that schedules know. It says nothing of order, lanes, tiles or
// threads: that is the kernel floor's business.

import type { Expression } from "./expression.ts";
import type { Window } from "./window.ts";

/** How a reduction joins two values. */
export type Combine = "sum" | "maximum" | "minimum";

/** The value that changes nothing when it is joined. */
export const neutral = {
  sum: 0,
  maximum: Number.NEGATIVE_INFINITY,
  minimum: Number.POSITIVE_INFINITY,
} as const satisfies Record<Combine, number>;

/** Images `[N, H, W, C]`, filters `[R, S, C / groups, K]`, results `[N, P, Q, K]`. */
export interface ConvolutionGeometry {
  readonly images: number;
  readonly window: Window;
  readonly groups: number;
  /** C: channels of the image, all groups together. */
  readonly inputChannels: number;
  /** K: filters, all groups together. */
  readonly outputChannels: number;
}

/**
 * The forms. Axes of `map` are those of the result; `reduce` numbers its own axes after them.
 * `convolution` reads inputs 0 and 1: image and filter (`forward`), result's gradient and filter
 * (`inputGradient`), image and result's gradient (`filterGradient`). A matrix product is a
 * convolution with one tap; with `transposedFilter` the filter is stored `[R, S, K, C]`.
 */
export type Computation =
  | { readonly kind: "source" }
  /** The same bytes under another shape. */
  | { readonly kind: "alias" }
  | { readonly kind: "map"; readonly body: Expression<number> }
  | {
      readonly kind: "reduce";
      readonly extents: readonly number[];
      readonly combine: Combine;
      readonly body: Expression<number>;
      /** Applied to the joined value. */
      readonly finish?: Expression<number>;
    }
  /** The position of the first largest `body` along one axis of `extent`, numbered last. */
  | { readonly kind: "argMaximum"; readonly extent: number; readonly body: Expression<number> }
  | {
      readonly kind: "convolution";
      readonly pass: "forward" | "inputGradient" | "filterGradient";
      readonly geometry: ConvolutionGeometry;
      readonly transposedFilter?: boolean;
    }
  /** Inputs: image and result's gradient (`maximum`), or the result's gradient alone (`average`). */
  | {
      readonly kind: "poolGradient";
      readonly mode: "maximum" | "average";
      readonly images: number;
      readonly channels: number;
      readonly window: Window;
    };
