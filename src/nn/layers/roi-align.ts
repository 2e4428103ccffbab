// The part of a feature map that lies in a box, in one size for boxes of all sizes, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { requireFlag, requireNumber, requireOption, requireWhole } from "../../core/option.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { requireInputs } from "./merging.ts";

export interface RoiAlignOptions extends CommonOptions {
  /** Height and width of the result. */
  readonly outputSize: readonly [height: number, width: number];
  /** What box coordinates are multiplied by to become places of the feature map: 1 over its stride. Default: 1. */
  readonly spatialScale?: number;
  /** How many samples along each axis each number of the result is the mean of. Default: 2. */
  readonly samplingRatio?: number;
  /** Whether boxes are moved by half a place, so that edges and middles of pixels fit exactly. Default: false. */
  readonly aligned?: boolean;
}

/**
 * RoI align: features `[N, H, W, C]` and boxes `[N, R, 4]` → `[N, R, h, w, C]`. Boxes are left, top, right, bottom. Each
 * number of the result is the mean of samples between places, so no box is rounded; samples more than one place outside of
 * the map are 0. Without `aligned` a box is at least one place wide and high. Gradients flow to the features, not to the
 * boxes. He et al., "Mask R-CNN", ICCV 2017; the numbers are those of torchvision's `roi_align`. Keras has no such layer.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the inputs are not a feature map and boxes.
 * @example const parts = layers.roiAlign({ outputSize: [7, 7], spatialScale: 1 / 16 }).apply([features, boxes])
 */
export function roiAlign(options: RoiAlignOptions): LayerInstance<RoiAlignOptions> {
  return makeLayer(roiAlign.facts, options, (given) => {
    const settings = { spatialScale: 1, samplingRatio: 2, aligned: false, ...given };
    const { outputSize, spatialScale, samplingRatio, aligned } = settings;
    const isSize =
      Array.isArray(outputSize) &&
      outputSize.length === 2 &&
      outputSize.every((side) => Number.isInteger(side) && side >= 1);
    requireOption("outputSize", outputSize, isSize, "[height, width], whole numbers of at least 1");
    requireNumber("spatialScale", spatialScale, { above: 0 });
    requireWhole("samplingRatio", samplingRatio);
    requireFlag("aligned", aligned);
    return {
      options: settings,
      severalInputs: true,
      plan(inputs) {
        requireInputs(inputs, "roiAlign", 2);
        requireFeaturesAndBoxes(inputs);
        const [[height, width, channels], [count]] = inputs;
        return {
          outputShape: [count, ...outputSize, channels],
          call([features, boxes], { build }) {
            const edges = build.multiply(boxes, build.constant(spatialScale));
            const [left, top, right, bottom] = [0, 1, 2, 3].map((edge) => {
              const value = build.slice(edges, [0, 0, edge], [boxes.shape[0], count, 1]);
              return aligned ? build.subtract(value, build.constant(0.5)) : value;
            });
            const places = (first: Node, last: Node, cells: number) => {
              const size = build.subtract(last, first);
              const used = aligned ? size : build.maximum(size, build.constant(1));
              return samplesBetween(build, first, used, cells, samplingRatio);
            };
            const [high, wide] = outputSize;
            const rows = places(top, bottom, high);
            const columns = places(left, right, wide);
            const inside = [isInside(build, rows, height), isInside(build, columns, width)];
            const sampled = sampleGrid(build, features, rows, columns, inside);
            const parts = [count, high, samplingRatio, wide, samplingRatio, channels];
            const split = build.reshape(sampled, [boxes.shape[0], ...parts]);
            return build.mean(split, { axes: [3, 5] });
          },
        };
      },
    };
  });
}
roiAlign.facts = layerFacts<RoiAlignOptions>({
  name: "roiAlign",
  options: { outputSize: null, spatialScale: null, samplingRatio: null, aligned: null },
  example: "{ outputSize: [7, 7] }",
});

function requireFeaturesAndBoxes(inputs: readonly Shape[]): void {
  const [features, boxes] = inputs;
  if (features.length === 3 && boxes.length === 2 && boxes[1] === 4) return;
  throw new ShapeError({
    what: "roiAlign takes features out of boxes.",
    expected: "a feature map [N, H, W, C] and boxes [N, R, 4]",
    received: inputs.map((shape) => formatShape([null, ...shape])).join(" and "),
  });
}

/** `[N, R, 1]` → `[N, R, cells · ratio]`: the middles of equal parts from `first` on. */
function samplesBetween(
  build: Builder,
  first: Node,
  size: Node,
  cells: number,
  ratio: number,
): Node {
  const total = cells * ratio;
  const middles = build.multiply(build.samplePositions(total, total), build.constant(1 / total));
  return build.add(first, build.multiply(size, build.reshape(middles, [1, 1, total])));
}

/** 1 for places from -1 to `length`, else 0. */
function isInside(build: Builder, places: Node, length: number): Node {
  return build.multiply(
    build.lessEqual(build.constant(-1), places),
    build.lessEqual(places, build.constant(length)),
  );
}

/** Features at all rows `[N, R, P]` and columns `[N, R, Q]` of each box: `[N, R · P, Q, C]`, 0 outside. */
function sampleGrid(
  build: Builder,
  features: Node,
  rows: Node,
  columns: Node,
  [insideRows, insideColumns]: readonly Node[],
): Node {
  const [count, boxes, down] = rows.shape;
  const across = columns.shape[2];
  const spread = (x: Node, shape: readonly number[]) =>
    build.reshape(build.broadcastTo(build.reshape(x, shape), [count, boxes, down, across]), [
      count,
      boxes * down,
      across,
    ]);
  const asRows = (x: Node) => spread(x, [count, boxes, down, 1]);
  const asColumns = (x: Node) => spread(x, [count, boxes, 1, across]);
  const sampled = build.sampleImage(features, asRows(rows), asColumns(columns), {
    interpolation: "bilinear",
    fillMode: "nearest",
    fillValue: 0,
  });
  const inside = build.multiply(asRows(insideRows), asColumns(insideColumns));
  return build.multiply(sampled, build.reshape(inside, [count, boxes * down, across, 1]));
}
