// Contrast limited adaptive histogram equalization, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { requireNumber, requireOption } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { cumulativeSum, orOne } from "./value-counts.ts";
import {
  asBytes,
  bytes,
  clipTo,
  isPair,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface CLAHEOptions extends CommonOptions, ValueRangeOptions {
  /**
   * The largest count of a bin, as a multiple of the mean count. What is above is spread over all bins. 0
   * sets no limit. Default: 4.
   */
  readonly clipLimit?: number;
  /** How many tiles there are down and across. Default: [8, 8]. */
  readonly tileGridSize?: readonly [number, number];
}

/**
 * Contrast limited adaptive histogram equalization: `[N, H, W, C]`, shape unchanged. Each tile of each
 * channel has a histogram of 256 bins, cut off at `clipLimit`; a pixel is equalized by the histograms of the
 * four tiles around it, interpolated between their centers. Works in training, evaluation and
 * prediction. Keras's `ContrastLimitedAdaptiveHistogramEqualization`. Source: Zuiderveld, "Contrast limited
 * adaptive histogram equalization", Graphics Gems IV, 1994.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image, or has fewer rows or
 * columns than half of the tiles.
 * @example layers.cLAHE({ clipLimit: 2, tileGridSize: [4, 4] })
 */
export function cLAHE(options: CLAHEOptions = {}): LayerInstance<CLAHEOptions> {
  return makeLayer(cLAHE.facts, options, (given) => {
    const tiles: readonly [number, number] = [8, 8];
    const settings = { valueRange: bytes, clipLimit: 4, tileGridSize: tiles, ...given };
    const { valueRange, clipLimit, tileGridSize: grid } = settings;
    requireValueRange(valueRange);
    requireNumber("clipLimit", clipLimit, { least: 0 });
    const isGrid = isPair(grid) && grid.every((size) => Number.isSafeInteger(size) && size >= 1);
    requireOption("tileGridSize", grid, isGrid, "two whole numbers of at least 1");
    return {
      options: settings,
      plan([input]) {
        requireImage(input, "cLAHE");
        const tile = [0, 1].map((a) => Math.ceil(input[a] / grid[a]));
        if (tile.some((size, a) => size * grid[a] > 2 * input[a])) {
          throw new ShapeError({
            what: "cLAHE mirrors the lower and the right border to have tiles of one size.",
            expected: `at least ${grid.map((size) => Math.ceil(size / 2)).join(" rows and ")} columns`,
            received: formatShape(input),
            fix: "set tileGridSize to fewer tiles",
          });
        }
        return {
          outputShape: input,
          call: ([x], { build }) =>
            asBytes(build, x, valueRange, (values) => adapt(build, values, { grid, clipLimit })),
        };
      },
    };
  });
}
cLAHE.facts = layerFacts<CLAHEOptions>({
  name: "cLAHE",
  options: {
    valueRange: "value_range",
    clipLimit: "clip_limit",
    tileGridSize: "tile_grid_size",
  },
  keras: { className: "ContrastLimitedAdaptiveHistogramEqualization", aliases: ["CLAHE"] },
});

interface Adaptation {
  /** Tiles down and across. */
  readonly grid: readonly [number, number];
  readonly clipLimit: number;
}

const bins = 256;

/** Values from 0 to 255 by the tables of the tiles around them. */
function adapt(build: Builder, x: Node, { grid, clipLimit }: Adaptation): Node {
  const [count, height, width, channels] = x.shape;
  const [down, across] = grid;
  const [rows, columns] = [Math.ceil(height / down), Math.ceil(width / across)];
  const whole = (image: Node) => build.cast(clipTo(build, image, bytes), "i32");
  const padded = mirrored(build, mirrored(build, x, 1, down * rows), 2, across * columns);
  const tiled = build.transpose(
    build.reshape(padded, [count * down, rows, across, columns * channels]),
    [0, 2, 1, 3],
  );
  const tiles = [count * down * across, rows * columns, channels];
  const tables = tableOf(build, build.reshape(whole(tiled), tiles), clipLimit);
  // A channel's tables one after another: [N, C, tiles · bins].
  const perImage = build.reshape(tables, [count, down * across, channels, bins]);
  const rowsOfTables = build.reshape(build.transpose(perImage, [0, 2, 1, 3]), [
    count,
    channels,
    down * across * bins,
  ]);
  const vertical = neighbours(build, height, rows, down, [height, 1, 1]);
  const horizontal = neighbours(build, width, columns, across, [1, width, 1]);
  const values = build.cast(whole(x), "f32");
  const flat = [count, height * width, channels];
  const look = (row: Node, column: Node) => {
    const tile = build.add(build.multiply(row, build.constant(across)), column);
    const place = build.add(build.multiply(tile, build.constant(bins)), values);
    const indices = build.reshape(build.cast(place, "i32"), flat);
    return build.reshape(build.lookUp(rowsOfTables, indices), x.shape);
  };
  const between = (a: Node, b: Node, share: Node) => {
    const rest = build.subtract(build.constant(1), share);
    return build.add(build.multiply(a, rest), build.multiply(b, share));
  };
  const line = (row: Node) =>
    between(look(row, horizontal.before), look(row, horizontal.after), horizontal.share);
  return between(line(vertical.before), line(vertical.after), vertical.share);
}

/** What each value of a tile becomes: whole numbers `[T, P, C]` → `[T, C, 256]`. */
function tableOf(build: Builder, values: Node, clipLimit: number): Node {
  const pixels = values.shape[1];
  const counts = limited(build, build.histogram(values, bins), (clipLimit * pixels) / bins);
  const cdf = cumulativeSum(build, counts);
  const first = build.reduceMinimum(cdf, { axes: [2], keepDimensions: true });
  const above = build.multiply(build.subtract(cdf, first), build.constant(255));
  const rest = orOne(build, build.subtract(build.constant(pixels), first));
  return clipTo(build, build.divide(above, rest), bytes);
}

/** Counts of at most `limit`, with what was above spread over all bins. */
function limited(build: Builder, counts: Node, limit: number): Node {
  if (limit === 0) return counts;
  const cut = build.minimum(counts, build.constant(limit));
  const excess = build.sum(build.subtract(counts, cut), { axes: [2], keepDimensions: true });
  return build.add(cut, build.multiply(excess, build.constant(1 / bins)));
}

/**
 * For each of `length` pixels the tiles whose middles lie before and after it, moved to those that exist,
 * and how far it is on the way from one to the other.
 */
function neighbours(
  build: Builder,
  length: number,
  size: number,
  tiles: number,
  shape: readonly number[],
) {
  const pixels = build.subtract(build.samplePositions(length, length), build.constant(0.5));
  const places = build.divide(
    build.subtract(pixels, build.constant(size / 2)),
    build.constant(size),
  );
  const place = build.add(places, build.constant(1));
  const floor = build.floor(place);
  const inside = (tile: Node) => build.reshape(clipTo(build, tile, [0, tiles - 1]), shape);
  return {
    before: inside(build.subtract(floor, build.constant(1))),
    after: inside(floor),
    share: build.reshape(build.subtract(place, floor), shape),
  };
}

/** Images with their own mirror image after the last line of an axis, `size` lines in all. */
function mirrored(build: Builder, x: Node, axis: number, size: number): Node {
  const length = x.shape[axis];
  if (length === size) return x;
  const order = axis === 1 ? [1, 0, 2, 3] : [2, 1, 0, 3];
  const places = build.floor(build.samplePositions(size, size));
  const back = build.subtract(build.constant(2 * length - 1), places);
  const lines = build.cast(build.minimum(places, back), "i32");
  return build.transpose(build.gather(build.transpose(x, order), lines), order);
}
