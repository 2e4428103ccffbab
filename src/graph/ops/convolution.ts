// What the three convolution ops share: the geometry, the naive seven loops, and odd cases.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { ConvolutionGeometry } from "../computation.ts";
import { type Padding, windowOver } from "../window.ts";

/** A convolution's settings, complete. */
export interface ConvolutionAttributes {
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Image `[N, H, W, C]` and filter `[R, S, C / groups, K]` as one geometry. @throws ShapeError */
export function geometryOf(
  image: Shape,
  filter: Shape,
  attributes: ConvolutionAttributes,
): ConvolutionGeometry {
  const { groups } = attributes;
  if (filter.length !== 4) {
    throw new ShapeError({
      what: "A convolution's filter has four dimensions.",
      expected: "[R, S, C / groups, K]",
      received: formatShape(filter),
    });
  }
  const window = windowOver(image, [filter[0], filter[1]], attributes);
  const fits =
    Number.isInteger(groups) &&
    groups >= 1 &&
    image[3] === filter[2] * groups &&
    filter[3] % groups === 0;
  if (!fits) {
    throw new ShapeError({
      what: "The filter does not fit the image's channels.",
      expected: `a filter [R, S, ${image[3] / groups}, K] with K a multiple of the ${groups} group(s)`,
      received: `filter ${formatShape(filter)} for image ${formatShape(image)}`,
    });
  }
  return {
    images: image[0],
    window,
    groups,
    inputChannels: image[3],
    outputChannels: filter[3],
  };
}

/** The result's shape `[N, P, Q, K]`. */
export function resultShape({ images, window, outputChannels }: ConvolutionGeometry): Shape {
  return [images, window[0].output, window[1].output, outputChannels];
}

/** Calls `visit(image element, filter element, result element)` for every product there is. */
export function forEachProduct(
  { images, window, groups, inputChannels, outputChannels }: ConvolutionGeometry,
  visit: (image: number, filter: number, result: number) => void,
): void {
  const [rows, columns] = window;
  const channels = inputChannels / groups;
  const filters = outputChannels / groups;
  for (let n = 0; n < images; n++) {
    for (let p = 0; p < rows.output; p++) {
      for (let q = 0; q < columns.output; q++) {
        for (let k = 0; k < outputChannels; k++) {
          const firstChannel = Math.floor(k / filters) * channels;
          for (let r = 0; r < rows.taps; r++) {
            for (let s = 0; s < columns.taps; s++) {
              const h = p * rows.stride + r * rows.dilation - rows.before;
              const w = q * columns.stride + s * columns.dilation - columns.before;
              if (h < 0 || h >= rows.input || w < 0 || w >= columns.input) continue;
              for (let c = 0; c < channels; c++) {
                visit(
                  ((n * rows.input + h) * columns.input + w) * inputChannels + firstChannel + c,
                  ((r * columns.taps + s) * channels + c) * outputChannels + k,
                  ((n * rows.output + p) * columns.output + q) * outputChannels + k,
                );
              }
            }
          }
        }
      }
    }
  }
}

interface Case {
  readonly image: Shape;
  readonly filter: Shape;
  readonly attributes: ConvolutionAttributes;
}

const plain: ConvolutionAttributes = {
  strides: [1, 1],
  padding: "valid",
  dilation: [1, 1],
  groups: 1,
};

/** Odd sizes, strides, dilations, groups and paddings. */
export const convolutionCases: readonly Case[] = [
  { image: [2, 5, 5, 1], filter: [3, 3, 1, 6], attributes: plain },
  { image: [1, 6, 7, 3], filter: [3, 3, 3, 17], attributes: { ...plain, padding: "same" } },
  { image: [2, 7, 6, 6], filter: [5, 5, 6, 3], attributes: { ...plain, padding: "same" } },
  { image: [1, 9, 8, 3], filter: [3, 3, 3, 8], attributes: { ...plain, strides: [2, 2] } },
  {
    image: [1, 8, 11, 5],
    filter: [3, 3, 5, 6],
    attributes: { ...plain, strides: [3, 2], padding: "same" },
  },
  {
    image: [1, 9, 9, 4],
    filter: [3, 3, 4, 5],
    attributes: { ...plain, dilation: [2, 2], padding: "same" },
  },
  { image: [1, 10, 8, 2], filter: [3, 2, 2, 3], attributes: { ...plain, dilation: [2, 3] } },
  { image: [1, 5, 6, 6], filter: [3, 3, 2, 9], attributes: { ...plain, groups: 3 } },
  {
    image: [2, 5, 5, 6],
    filter: [3, 3, 1, 6],
    attributes: { ...plain, groups: 6, padding: "same", strides: [2, 2] },
  },
  { image: [1, 4, 5, 17], filter: [1, 1, 17, 33], attributes: plain },
  { image: [1, 5, 5, 3], filter: [1, 1, 3, 4], attributes: { ...plain, strides: [2, 2] } },
  {
    image: [1, 5, 6, 2],
    filter: [4, 3, 2, 10],
    attributes: { ...plain, padding: { top: 2, bottom: 1, left: 0, right: 2 } },
  },
  {
    image: [1, 2, 2, 2],
    filter: [3, 3, 2, 2],
    attributes: { ...plain, padding: { top: 3, bottom: 3, left: 3, right: 3 } },
  },
];
