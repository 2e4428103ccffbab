import type { Shape } from "../../core/shape.ts";
import { axis, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import type { SamplingOptions } from "../vocabulary.ts";
import { floating, requireRank, requireShape } from "./operands.ts";
import { forEachSample, requirePositions, samplingCases, sumOf, tapFormulas } from "./sampling.ts";

/** How the image was sampled, and its shape. */
export interface SampleImageGradientAttributes extends SamplingOptions {
  readonly imageShape: Shape;
}

/** The gradient of `sampleImage` for its image: it goes to each pixel as far as that counted. */
export const sampleImageGradient: PrimitiveOp<SampleImageGradientAttributes> = {
  name: "sampleImageGradient",
  infer([result, rows, columns], { imageShape }) {
    const op = "sampleImageGradient";
    requireRank(op, "a result's gradient", result, ["N", "P", "Q", "C"]);
    const [count, , , channels] = imageShape;
    const size = requirePositions(op, count, rows, columns);
    requireShape(op, "a result's gradient", result, [count, ...size, channels]);
    return { shape: imageShape, dtype: floating(op, [result]) };
  },
  reference([result, ...positions], attributes, output) {
    output.data.fill(0);
    forEachSample(attributes.imageShape, positions, attributes, (from, to, weight) => {
      output.data[from] += weight * result.data[to];
    });
  },
  gradient({ inputs: [, rows, columns], gradient }, { imageShape: _, ...options }, build) {
    const sampled = build.sampleImage(gradient, rows, columns, { ...options, fillValue: 0 });
    return [sampled, undefined, undefined];
  },
  // Every pixel asks every position how much it counts there: no two of them write to one place.
  lower([result], attributes) {
    const [, height, width] = attributes.imageShape;
    const [, p, q] = result.shape;
    const share = (input: number, length: number, along: number) => {
      const position = read<number>(input, [axis(0), axis(4), axis(5)]);
      const here = scalar<number>("toF32", { kind: "coordinate", at: axis(along) });
      const taps = tapFormulas(position, length, attributes).map(({ at, weight }) => {
        const inside =
          attributes.fillMode === "nearest"
            ? scalar(
                "minimum",
                scalar("maximum", at, { kind: "constant", value: 0, dtype: "f32" }),
                { kind: "constant", value: length - 1, dtype: "f32" },
              )
            : at;
        return scalar("multiply", scalar("equal", inside, here), weight);
      });
      return sumOf(taps);
    };
    const weight = scalar("multiply", share(1, height, 1), share(2, width, 2));
    const value = read<number>(0, [axis(0), axis(4), axis(5), axis(3)]);
    return {
      kind: "reduce",
      extents: [p, q],
      combine: "sum",
      body: scalar("multiply", value, weight),
    };
  },
  samples: samplingCases.map(({ image, result, positions, attributes }) => ({
    inputs: [{ shape: result }, ...positions],
    attributes: { ...attributes, imageShape: image },
  })),
};
