// Images that use the whole range of values, as layers.

import { requireWhole } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { cumulativeSum, orOne, roundToEven } from "./value-counts.ts";
import {
  asBytes,
  bytes,
  clipTo,
  requireValueRange,
  type ValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface EqualizationOptions extends CommonOptions, ValueRangeOptions {
  /** How many bins the histogram has. Default: 256. */
  readonly bins?: number;
}

export interface AutoContrastOptions extends CommonOptions, ValueRangeOptions {}

/**
 * Histogram equalization: `[N, H, W, C]`, shape unchanged. Training replaces each value by the share of
 * values that are not above it, `round((cdf(x) − cdf₀) / (count − cdf₀) · 255)` for bytes, with one
 * histogram for each channel of the whole batch, where cdf₀ is its first count. A channel of one value
 * stays as it is. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.equalization({ valueRange: [0, 1] })
 */
export function equalization(
  options: EqualizationOptions = {},
): LayerInstance<EqualizationOptions> {
  return makeLayer(equalization.facts, options, (given) => {
    const settings = { valueRange: bytes, bins: 256, ...given };
    const { valueRange, bins } = settings;
    requireValueRange(valueRange);
    requireWhole("bins", bins, 2);
    return {
      options: settings,
      plan([input]) {
        requireImage(input, "equalization");
        return {
          outputShape: input,
          call: ([x], { build, training }) => (training ? equalize(build, x, valueRange, bins) : x),
        };
      },
    };
  });
}
equalization.facts = layerFacts<EqualizationOptions>({
  name: "equalization",
  options: { valueRange: "value_range", bins: "bins" },
  keras: { className: "Equalization" },
});

/** Values of one range as those of another, in one product and one sum. */
function scaled(build: Builder, x: Node, from: ValueRange, to: ValueRange): Node {
  const scale = (to[1] - to[0]) / (from[1] - from[0]);
  const offset = to[0] - from[0] * scale;
  return build.add(build.multiply(x, build.constant(scale)), build.constant(offset));
}

function equalize(build: Builder, x: Node, range: ValueRange, bins: number): Node {
  const channels = x.shape[3];
  const values = scaled(build, x, range, bytes);
  const [last, most] = [build.constant(bins - 1), build.constant(255)];
  const binOf = (place: Node) => {
    const bin = build.cast(clipTo(build, place, [0, bins - 1]), "i32");
    return build.reshape(bin, [1, sizeOf(x.shape) / channels, channels]);
  };
  const counts = build.histogram(binOf(build.divide(build.multiply(values, last), most)), bins);
  const cdf = cumulativeSum(build, counts);
  const total = build.slice(cdf, [0, 0, bins - 1], [1, channels, 1]);
  const zero = build.constant(0);
  const overBins = { axes: [2], keepDimensions: true };
  const first = build.reduceMinimum(build.select(build.less(zero, cdf), cdf, total), overBins);
  const above = build.multiply(build.subtract(cdf, first), most);
  const share = build.divide(above, orOne(build, build.subtract(total, first)));
  const table = clipTo(build, roundToEven(build, share), bytes);
  // Where values are found is rounded apart from where they are counted, as in Keras.
  const found = build.lookUp(table, binOf(build.multiply(build.divide(values, most), last)));
  const filled = build.sum(build.less(zero, counts), { axes: [0, 2] });
  const isFlat = build.lessEqual(filled, build.constant(1));
  const result = build.select(isFlat, values, build.reshape(found, x.shape));
  return scaled(build, result, bytes, range);
}

/**
 * Stretches the values of each channel of each image over the whole range: `[N, H, W, C]`, shape
 * unchanged. `(x − min) / (max − min)`, in the range of values; a channel of one value stays as it is.
 * It does so in training, evaluation and prediction. As in Keras.
 *
 * @throws ConfigError if the range is invalid, ShapeError if the input is not an image.
 * @example layers.autoContrast({ valueRange: [0, 1] })
 */
export function autoContrast(
  options: AutoContrastOptions = {},
): LayerInstance<AutoContrastOptions> {
  return makeLayer(autoContrast.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    return {
      options: settings,
      plan([input]) {
        requireImage(input, "autoContrast");
        return {
          outputShape: input,
          call: ([x], { build }) => stretch(build, x, valueRange),
        };
      },
    };
  });
}
autoContrast.facts = layerFacts<AutoContrastOptions>({
  name: "autoContrast",
  options: { valueRange: "value_range" },
  keras: { className: "AutoContrast" },
});

const overImage = { axes: [1, 2], keepDimensions: true };

function stretch(build: Builder, x: Node, range: ValueRange): Node {
  const result = asBytes(build, x, range, (values) => {
    const low = build.reduceMinimum(values, overImage);
    const width = build.subtract(build.reduceMaximum(values, overImage), low);
    const scale = build.divide(build.constant(255), orOne(build, width));
    const offset = build.multiply(build.negate(low), scale);
    return clipTo(build, build.add(build.multiply(values, scale), offset), bytes);
  });
  const low = build.reduceMinimum(x, overImage);
  const isFlat = build.equal(low, build.reduceMaximum(x, overImage));
  return build.select(isFlat, x, result);
}
