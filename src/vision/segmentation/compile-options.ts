// How a network that gives every pixel a class learns, unless people say otherwise.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireOption,
} from "../../core/option.ts";
import { losses } from "../../nn/losses/index.ts";
import type { Loss } from "../../nn/losses/loss.ts";
import { metrics } from "../../nn/metrics/index.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import type { LearningRate } from "../../nn/optimizers/learning-rate.ts";
import type { Model } from "../../train/model.ts";
import type { CompileOptions } from "../../train/model-options.ts";
import { unknownClass } from "../masks/class-map.ts";
import { segmentationShape } from "./shape.ts";

/** What can be said of the usual way to learn. */
export interface SegmentationCompileOptions {
  /** The learning rate of Adam, or a schedule. Default: 1e-3. */
  readonly learningRate?: LearningRate;
  /** How much pixels of each class count in the cross-entropy; see `vision.classWeights`. Default: all the same. */
  readonly classWeights?: readonly number[];
  /** What the Dice loss counts beside the cross-entropy; 0 leaves it out. Default: 1. */
  readonly diceWeight?: number;
}

const optionNames: OptionNames<SegmentationCompileOptions> = {
  learningRate: true,
  classWeights: true,
  diceWeight: true,
};

/**
 * What `compile` takes for a model that gives every pixel a class: Adam, the sum of cross-entropy and Dice loss, and the
 * mean IoU as metric. Pixels of 255 are unknown and do not count.
 *
 * @throws ConfigError where the model gives no classes of pixels, or an option cannot be used.
 * @example model.compile(vision.segmentationCompileOptions(model, { learningRate: 3e-4 }));
 */
export function segmentationCompileOptions(
  model: Model,
  options: SegmentationCompileOptions = {},
): CompileOptions {
  const call = "vision.segmentationCompileOptions";
  const { scores } = segmentationShape(call, model);
  requireKnownOptions(call, options, optionNames, "model, { learningRate: 1e-3 }");
  const { learningRate = 1e-3, classWeights, diceWeight = 1 } = options;
  requireNumber("diceWeight", diceWeight, { least: 0 });
  const isBinary = scores === 1;
  const optimizer = optimizers.adam({ learningRate });
  const { entropy, weight } = isBinary ? binaryEntropy(classWeights) : entropyOf(classWeights);
  const overlap = { axis: [0, 1, 2], ignoreClass: unknownClass, sparseYTrue: !isBinary };
  const parts = diceWeight === 0 ? [entropy] : [entropy, losses.dice(overlap)];
  const weights = [weight, diceWeight].slice(0, parts.length);
  const loss = losses.weightedSum({ losses: parts, weights });
  const metric = isBinary
    ? metrics.binaryIoU({ name: "mean_io_u" })
    : metrics.meanIoU({ numClasses: scores, sparseYPred: false, ignoreClass: unknownClass });
  return { optimizer, loss, metrics: [metric] };
}

/** A cross-entropy, and what it is multiplied by. */
interface Entropy {
  readonly entropy: Loss;
  readonly weight: number;
}

function entropyOf(classWeights: readonly number[] | undefined): Entropy {
  const weighed = classWeights === undefined ? {} : { classWeights };
  const entropy = losses.sparseCategoricalCrossentropy({ ignoreClass: unknownClass, ...weighed });
  return { entropy, weight: 1 };
}

/** Of a single probability; focal loss without its focus has weights for both classes. */
function binaryEntropy(classWeights: readonly number[] | undefined): Entropy {
  if (classWeights === undefined) {
    return { entropy: losses.binaryCrossentropy({ ignoreClass: unknownClass }), weight: 1 };
  }
  const fits = classWeights.length === 2 && classWeights[0] + classWeights[1] > 0;
  requireOption("classWeights", classWeights, fits, "the weights of class 0 and of class 1");
  const weight = classWeights[0] + classWeights[1];
  const alpha = classWeights[1] / weight;
  const balanced = { gamma: 0, applyClassBalancing: true, alpha };
  return {
    entropy: losses.binaryFocalCrossentropy({ ...balanced, ignoreClass: unknownClass }),
    weight,
  };
}
