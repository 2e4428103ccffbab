// From features of several sizes to boxes and scores: a feature pyramid, and a head for each of its levels. The heads
// share their convolutions; how results are normalized is a level's own.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { layers } from "../../nn/layers/index.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";

/** How wide and how deep the part after the backbone is. */
export interface HeadSize {
  /** The number of classes. */
  readonly classes: number;
  /** Channels of the pyramid and of the heads. */
  readonly width: number;
  /** Convolutions of each branch of the heads, one branch for classes and one for boxes. */
  readonly depth: number;
}

/** Features, and how many pixels of the image lie between two of them. */
export interface FeatureMap {
  readonly stride: number;
  readonly features: SymbolicTensor;
}

/** The share of points at which a class is expected before anything is learned; Lin et al., section 4.1. */
const prior = 0.01;

/** The logarithm of the first distances, in strides: boxes begin 5.4 strides wide. */
const firstDistance = 1;

/** `conv`, batch normalization and ReLU, the last two under `name`. */
function normalized(
  x: SymbolicTensor,
  conv: ReturnType<typeof layers.conv2d>,
  name: string,
): SymbolicTensor {
  const norm = layers.batchNormalization({ momentum: 0.97, epsilon: 1e-3, name: `${name}_norm` });
  const relu = layers.activation({ activation: "relu", name: `${name}_relu` });
  return relu.apply(norm.apply(conv.apply(x)));
}

/**
 * The levels of a pyramid, `[H / stride, W / stride, width]` each: every level is its features and, enlarged, the level
 * above. Strides that are coarser than the last features are made of the level below by convolutions of stride 2. Source:
 * Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.
 */
function pyramid(
  maps: readonly FeatureMap[],
  strides: readonly number[],
  width: number,
): SymbolicTensor[] {
  const laterals = maps.map(({ features }, i) =>
    layers.conv2d({ filters: width, kernelSize: 1, name: `lateral_${strides[i]}` }).apply(features),
  );
  const merged: SymbolicTensor[] = [];
  for (const [i, lateral] of [...laterals.entries()].reverse()) {
    const above = merged[0];
    if (above === undefined) {
      merged.unshift(lateral);
      continue;
    }
    const grown = layers.upSampling2d({ name: `enlarged_${strides[i]}` }).apply(above);
    merged.unshift(layers.add({ name: `merged_${strides[i]}` }).apply([lateral, grown]));
  }
  const kind = { filters: width, kernelSize: 3, padding: "same", useBias: false } as const;
  const initial = { kernelInitializer: "heNormal" } as const;
  const levels = merged.map((x, i) =>
    normalized(
      x,
      layers.conv2d({ ...kind, ...initial, name: `pyramid_${strides[i]}` }),
      `pyramid_${strides[i]}`,
    ),
  );
  for (const stride of strides.slice(maps.length)) {
    const name = `pyramid_${stride}`;
    const halving = layers.conv2d({ ...kind, ...initial, strides: 2, name });
    levels.push(normalized(levels[levels.length - 1], halving, name));
  }
  return levels;
}

/** What ends a branch: so many numbers at each point. */
const predictor = (name: string, filters: number, bias: number) =>
  layers.conv2d({
    filters,
    kernelSize: 3,
    padding: "same",
    kernelInitializer: { name: "randomNormal", options: { stddev: 0.01 } },
    biasInitializer: { name: "constant", options: { value: bias } },
    name,
  });

/**
 * Boxes and scores `[P, 4 + classes]` of features, with `strides` from the finest to the coarsest; there are features for
 * the first of them, or for all.
 *
 * @throws ShapeError where the image cannot be halved often enough.
 */
export function detectionHead(
  maps: readonly FeatureMap[],
  strides: readonly number[],
  { classes, width, depth }: HeadSize,
): SymbolicTensor {
  const branch = (name: string, filters: number, bias: number) => {
    const convolutions = Array.from({ length: depth }, (_, i) =>
      layers.conv2d({
        filters: width,
        kernelSize: 3,
        padding: "same",
        useBias: false,
        kernelInitializer: "heNormal",
        name: `${name}_conv${i + 1}`,
      }),
    );
    const last = predictor(name, filters, bias);
    return (x: SymbolicTensor, stride: number) =>
      last.apply(
        convolutions.reduce((y, conv, i) => normalized(y, conv, `${name}_${stride}_${i + 1}`), x),
      );
  };
  const boxes = branch("boxes", 4, firstDistance);
  const scores = branch("classes", classes, Math.log(prior / (1 - prior)));
  const raw = pyramid(maps, strides, width).map((level, i) =>
    layers
      .concatenate({ name: `points_${strides[i]}` })
      .apply([boxes(level, strides[i]), scores(level, strides[i])]),
  );
  return layers.boxDecoding({ strides, name: "detections" }).apply(raw);
}

/** @throws ShapeError unless height and width are multiples of the largest stride. */
export function requireMultiples(inputShape: readonly number[], strides: readonly number[]): void {
  const largest = Math.max(...strides);
  if (inputShape.slice(0, 2).every((side) => side % largest === 0)) return;
  throw new ShapeError({
    what: "The images do not fit the strides of the detector.",
    expected: `height and width that are multiples of ${largest}`,
    received: formatShape(inputShape),
    fix: "choose another inputShape, or fewer strides",
  });
}
