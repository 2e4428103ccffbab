// The part of a feature map that lies in a box, in one size for boxes of all sizes.

import { DataError, ShapeError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { float32Of, requireNumbers, type Tensor } from "../../core/tensor.ts";
import { requireSize } from "../../images/resize.ts";
import { boxList, requirePerBox } from "./box-list.ts";

/** How features are taken out of boxes. */
export interface RoiAlignOptions {
  /** Height and width of the result. */
  readonly outputSize: readonly [height: number, width: number];
  /** `[R]`: the picture of the batch that each box belongs to. Default: the first. */
  readonly pictures?: Int32Array;
  /** What box coordinates are multiplied by to become places of the feature map: 1 over its stride. Default: 1. */
  readonly spatialScale?: number;
  /** How many samples along each axis each number of the result is the mean of. Default: so many that none is missed. */
  readonly samplingRatio?: number;
  /** Whether boxes are moved by half a place, so that edges and middles of pixels fit exactly. Default: false. */
  readonly aligned?: boolean;
}

const known: OptionNames<RoiAlignOptions> = {
  outputSize: true,
  pictures: true,
  spatialScale: true,
  samplingRatio: true,
  aligned: true,
};

/**
 * RoI align: `[N, H, W, C]` features and `[R, 4]` boxes to `[R, h, w, C]`. Each number of the result is the mean of samples
 * between places, so no box is rounded. Samples more than one place outside of the map are 0. He et al., "Mask R-CNN", ICCV
 * 2017; names, defaults and numbers are those of torchvision's `roi_align`.
 *
 * @param boxes Left, top, right, bottom in pixels of the picture. Without `aligned` a box is at least one place wide.
 * @throws ShapeError where shapes do not fit, DataError where a number of a box is not finite or a picture is unknown,
 * ConfigError where an option cannot be used.
 * @example
 * const parts = vision.roiAlign(features, boxes, { outputSize: [7, 7], spatialScale: 1 / 16, aligned: true });
 */
export function roiAlign(
  features: Tensor,
  boxes: Tensor,
  options: RoiAlignOptions,
): Tensor<Float32Array> {
  const call = "vision.roiAlign";
  requireKnownOptions(call, options, known, "features, boxes, { outputSize: [7, 7] }");
  const { outputSize, spatialScale = 1, samplingRatio, aligned = false } = options;
  requireSize("outputSize", outputSize);
  requireNumber("spatialScale", spatialScale, { above: 0 });
  if (samplingRatio !== undefined) requireWhole("samplingRatio", samplingRatio);
  requireFlag("aligned", aligned);
  requireNumbers(features?.data, `${call}: the tensor features`);
  if (features.shape.length !== 4) {
    throw new ShapeError({
      what: `${call}: The tensor features is no batch of feature maps.`,
      expected: "[N, H, W, C]",
      received: formatShape(features.shape),
    });
  }
  const values = float32Of(features.data);
  const [count, height, width, channels] = features.shape;
  const { data: edges, count: boxCount } = boxList(call, boxes);
  const { pictures = new Int32Array(boxCount) } = options;
  requirePerBox(call, "pictures", pictures, boxCount);
  const [rows, columns] = outputSize;
  const size = rows * columns * channels;
  const result = new Float32Array(boxCount * size);
  const shift = aligned ? 0.5 : 0;
  for (let r = 0; r < boxCount; r++) {
    const n = pictures[r];
    if (!(n >= 0 && n < count)) throw unknownPicture(call, r, n, count);
    const [left, top, right, bottom] = edges
      .subarray(4 * r, 4 * r + 4)
      .map((edge) => edge * spatialScale - shift);
    const least = aligned ? Number.NEGATIVE_INFINITY : 1;
    const cellHeight = Math.max(bottom - top, least) / rows;
    const cellWidth = Math.max(right - left, least) / columns;
    const down = samplesOf(top, cellHeight, rows, samplingRatio, height);
    const across = samplesOf(left, cellWidth, columns, samplingRatio, width);
    const map = values.subarray(n * height * width * channels, (n + 1) * height * width * channels);
    const part = result.subarray(r * size, (r + 1) * size);
    gather(map, part, { down, across, rows, columns, width, channels });
  }
  return { data: result, shape: [boxCount, rows, columns, channels] };
}

/** Where samples lie along one axis: two places and the weight of the second; `weight` is NaN where they are outside. */
interface Samples {
  /** How many there are for each number of the result. */
  readonly perCell: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float64Array;
}

function samplesOf(
  start: number,
  cell: number,
  cells: number,
  samplingRatio: number | undefined,
  length: number,
): Samples {
  const perCell = samplingRatio ?? Math.max(0, Math.ceil(cell));
  const total = perCell * cells;
  const [low, high] = [new Int32Array(total), new Int32Array(total)];
  const weight = new Float64Array(total);
  for (let i = 0; i < total; i++) {
    const at = start + Math.floor(i / perCell) * cell + ((i % perCell) + 0.5) * (cell / perCell);
    const inside = Math.max(0, at);
    low[i] = Math.min(length - 1, Math.floor(inside));
    high[i] = Math.min(length - 1, low[i] + 1);
    weight[i] = at < -1 || at > length ? Number.NaN : high[i] === low[i] ? 0 : inside - low[i];
  }
  return { perCell, low, high, weight };
}

interface Gathering {
  readonly down: Samples;
  readonly across: Samples;
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly channels: number;
}

/** The means of the samples of each cell. */
function gather(
  map: Float32Array,
  part: Float32Array,
  { down, across, rows, columns, width, channels }: Gathering,
): void {
  const count = Math.max(1, down.perCell * across.perCell);
  const sums = new Float64Array(channels);
  for (let cell = 0; cell < rows * columns; cell++) {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    sums.fill(0);
    for (let i = row * down.perCell; i < (row + 1) * down.perCell; i++) {
      for (let j = column * across.perCell; j < (column + 1) * across.perCell; j++) {
        const [y, x] = [down.weight[i], across.weight[j]];
        if (Number.isNaN(y) || Number.isNaN(x)) continue;
        const [top, bottom] = [down.low[i] * width, down.high[i] * width];
        const [left, right] = [across.low[j], across.high[j]];
        for (let c = 0; c < channels; c++) {
          sums[c] +=
            (1 - y) * (1 - x) * map[(top + left) * channels + c] +
            (1 - y) * x * map[(top + right) * channels + c] +
            y * (1 - x) * map[(bottom + left) * channels + c] +
            y * x * map[(bottom + right) * channels + c];
        }
      }
    }
    for (let c = 0; c < channels; c++) part[cell * channels + c] = sums[c] / count;
  }
}

function unknownPicture(call: string, row: number, picture: number, count: number): DataError {
  return new DataError({
    what: `${call}: Box ${row} belongs to a picture that is not there.`,
    expected: `0 to ${count - 1}`,
    received: String(picture),
  });
}
