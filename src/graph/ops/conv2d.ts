import type { PrimitiveOp } from "../op.ts";
import {
  type ConvolutionAttributes,
  convolutionCases,
  forEachProduct,
  geometryOf,
  resultShape,
} from "./convolution.ts";
import { floating } from "./operands.ts";

/** The sum of an image's pixels under a filter, weighted by it, at every position. */
export const conv2d: PrimitiveOp<ConvolutionAttributes> = {
  name: "conv2d",
  infer([x, filter], attributes) {
    const geometry = geometryOf(x.shape, filter.shape, attributes);
    return { shape: resultShape(geometry), dtype: floating("conv2d", [x, filter]) };
  },
  reference([x, filter], attributes, output) {
    output.data.fill(0);
    forEachProduct(geometryOf(x.shape, filter.shape, attributes), (image, weight, result) => {
      output.data[result] += x.data[image] * filter.data[weight];
    });
  },
  gradient: ({ inputs: [x, filter], gradient }, attributes, build) => [
    build.conv2dInputGradient(gradient, filter, { ...attributes, imageShape: x.shape }),
    build.conv2dFilterGradient(x, gradient, { ...attributes, filterShape: filter.shape }),
  ],
  lower: ([x, filter], attributes) => ({
    kind: "convolution",
    pass: "forward",
    geometry: geometryOf(x.shape, filter.shape, attributes),
  }),
  samples: convolutionCases.map(({ image, filter, attributes }) => ({
    inputs: [{ shape: image }, { shape: filter }],
    attributes,
  })),
};
