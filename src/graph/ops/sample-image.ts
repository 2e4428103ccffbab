import { axis, constant, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import type { SamplingOptions } from "../vocabulary.ts";
import { floating, requireRank } from "./operands.ts";
import { forEachSample, requirePositions, samplingCases, sumOf, tapFormulas } from "./sampling.ts";

/** Images at positions between their pixels: [N, H, W, C], rows and columns [N, P, Q] → [N, P, Q, C]. */
export const sampleImage: PrimitiveOp<SamplingOptions> = {
  name: "sampleImage",
  infer([image, rows, columns]) {
    requireRank("sampleImage", "an image", image, ["N", "H", "W", "C"]);
    const [count, , , channels] = image.shape;
    const size = requirePositions("sampleImage", count, rows, columns);
    return { shape: [count, ...size, channels], dtype: floating("sampleImage", [image]) };
  },
  reference([image, ...positions], attributes, output) {
    const covered = new Float64Array(output.data.length);
    output.data.fill(0);
    forEachSample(image.shape, positions, attributes, (from, to, weight) => {
      output.data[to] += weight * image.data[from];
      covered[to] += weight;
    });
    if (attributes.fillMode !== "constant") return;
    for (const [i, part] of covered.entries()) {
      output.data[i] += (1 - part) * attributes.fillValue;
    }
  },
  gradient({ inputs: [image, rows, columns], gradient }, attributes, build) {
    const options = { ...attributes, imageShape: image.shape };
    const toImage = build.sampleImageGradient(gradient, rows, columns, options);
    return [toImage, undefined, undefined];
  },
  lower([image], attributes) {
    const [, height, width] = image.shape;
    const position = (input: number) => read<number>(input, [axis(0), axis(1), axis(2)]);
    const rows = tapFormulas(position(1), height, attributes);
    const columns = tapFormulas(position(2), width, attributes);
    const [rowPlaces, columnPlaces] = [rows, columns].map((taps) =>
      taps.map(({ at }) => scalar<number>("toI32", at)),
    );
    const lines = rows.map((row, r) => {
      const pixels = columns.map((column, s) => {
        const places = [{ lookup: rowPlaces[r] }, { lookup: columnPlaces[s] }];
        return scalar("multiply", read<number>(0, [axis(0), ...places, axis(3)]), column.weight);
      });
      return scalar("multiply", sumOf(pixels), row.weight);
    });
    const value = sumOf(lines);
    if (attributes.fillMode !== "constant" || attributes.fillValue === 0) {
      return { kind: "map", body: value };
    }
    const covered = [rows, columns].map((taps) => sumOf(taps.map(({ weight }) => weight)));
    const outside = scalar(
      "subtract",
      constant<number>(1),
      scalar("multiply", covered[0], covered[1]),
    );
    const filled = scalar("multiply", outside, constant<number>(attributes.fillValue));
    return { kind: "map", body: scalar("add", value, filled) };
  },
  samples: samplingCases.map(({ image, positions, attributes }) => ({
    inputs: [{ shape: image }, ...positions],
    attributes,
  })),
};
