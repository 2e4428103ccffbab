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

/** The convolution's settings and the shape [N, H, W, C] of its image. */
export interface InputGradientAttributes extends ConvolutionAttributes {
  readonly imageShape: Shape;
}

/** The gradient of `conv2d` for its image: every pixel sums what it took part in. */
export const conv2dInputGradient: PrimitiveOp<InputGradientAttributes> = {
  name: "conv2dInputGradient",
  infer([result, filter], attributes) {
    const geometry = geometryOf(attributes.imageShape, filter.shape, attributes);
    requireShape("conv2dInputGradient", "a result's gradient", result, resultShape(geometry));
    const dtype = floating("conv2dInputGradient", [result, filter]);
    return { shape: attributes.imageShape, dtype };
  },
  reference([result, filter], attributes, output) {
    const geometry = geometryOf(attributes.imageShape, filter.shape, attributes);
    output.data.fill(0);
    forEachProduct(geometry, (image, weight, at) => {
      output.data[image] += result.data[at] * filter.data[weight];
    });
  },
  gradient: ({ inputs: [result, filter], gradient }, attributes, build) => [
    build.conv2d(gradient, filter, attributes),
    build.conv2dFilterGradient(gradient, result, { ...attributes, filterShape: filter.shape }),
  ],
  lower: ([, filter], attributes) => ({
    kind: "convolution",
    pass: "inputGradient",
    geometry: geometryOf(attributes.imageShape, filter.shape, attributes),
  }),
  samples: convolutionCases.map(({ image, filter, attributes }) => ({
    inputs: [{ shape: resultShape(geometryOf(image, filter, attributes)) }, { shape: filter }],
    attributes: { ...attributes, imageShape: image },
  })),
};
