import type { Shape } from "../../core/shape.ts";
import type { PrimitiveOp } from "../op.ts";
import {
  type ConvolutionAttributes,
  convolutionCases,
  forEachProduct,
  geometryOf,
  resultShape,
} from "./convolution.ts";
import { floating, requireShape } from "./operands.ts";

/** The convolution's settings and the shape [R, S, C / groups, K] of its filters. */
export interface FilterGradientAttributes extends ConvolutionAttributes {
  readonly filterShape: Shape;
}

/** The gradient of `conv2d` for its filters: every weight sums what it took part in. */
export const conv2dFilterGradient: PrimitiveOp<FilterGradientAttributes> = {
  name: "conv2dFilterGradient",
  infer([x, result], attributes) {
    const geometry = geometryOf(x.shape, attributes.filterShape, attributes);
    requireShape("conv2dFilterGradient", "a result's gradient", result, resultShape(geometry));
    const dtype = floating("conv2dFilterGradient", [x, result]);
    return { shape: attributes.filterShape, dtype };
  },
  reference([x, result], attributes, output) {
    const geometry = geometryOf(x.shape, attributes.filterShape, attributes);
    output.data.fill(0);
    forEachProduct(geometry, (image, weight, at) => {
      output.data[weight] += x.data[image] * result.data[at];
    });
  },
  gradient: ({ inputs: [x, result], gradient }, attributes, build) => [
    build.conv2dInputGradient(result, gradient, { ...attributes, imageShape: x.shape }),
    build.conv2d(x, gradient, attributes),
  ],
  lower: ([x], attributes) => ({
    kind: "convolution",
    pass: "filterGradient",
    geometry: geometryOf(x.shape, attributes.filterShape, attributes),
  }),
  samples: convolutionCases.map(({ image, filter, attributes }) => ({
    inputs: [{ shape: image }, { shape: resultShape(geometryOf(image, filter, attributes)) }],
    attributes: { ...attributes, filterShape: filter },
  })),
};
