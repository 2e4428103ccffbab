// Intersection over union (IoU, the Jaccard index), of classes: true positives / (true positives + false
// positives + false negatives). Five ways to ask for it; the confusion matrix is that of overlap-metric.ts.

import { requireNumber, requireWhole } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";
import {
  type ClassOverlapOptions,
  classesBy,
  type OverlapMetricOptions,
  overlapMetric,
  overlapNames,
} from "./overlap-metric.ts";

export interface IouOptions extends OverlapMetricOptions {
  /** The classes whose mean IoU it is. */
  readonly targetClassIds: readonly number[];
}

/**
 * The mean IoU of the target classes that occur. Targets and predictions are class numbers `[N,
 * …]`, or scores of the classes with `sparseYTrue` or `sparseYPred` false. As in Keras, but weights
 * need not be whole numbers.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.iou({ numClasses: 3, targetClassIds: [1, 2], sparseYPred: false })
 */
export function iou(options: IouOptions): Metric {
  const { name = "io_u", ...own } = optionsOf(iou.facts, options);
  return classMetric("iou", name, own);
}
iou.facts = metricFacts<IouOptions>({
  name: "iou",
  options: { ...overlapNames, targetClassIds: "target_class_ids" },
  keras: { className: "IoU" },
  example: "{ numClasses: 3, targetClassIds: [1, 2] }",
});

/** A metric whose options say how classes are read, with the options that files keep. */
function classMetric(kind: string, name: string, options: IouOptions): Metric {
  const { numClasses, targetClassIds, ignoreClass = null } = options;
  const { sparseYTrue = true, sparseYPred = true, axis = -1 } = options;
  return overlapMetric({
    kind,
    name,
    options: { numClasses, targetClassIds, ignoreClass, sparseYTrue, sparseYPred, axis },
    numClasses,
    targetClassIds,
    ignoreClass,
    classes: classesBy({ sparseYTrue, sparseYPred, axis }),
  });
}

/** `metric` without options that it does not take, because of what it is. */
function withoutOptions(metric: Metric, ...names: readonly string[]): Metric {
  const kept = Object.entries(metric.options).filter(([name]) => !names.includes(name));
  return { ...metric, options: Object.fromEntries(kept) };
}

/** Every class, for the mean of all. @throws ConfigError where there is no number of them. */
function allClasses(numClasses: number): number[] {
  requireWhole("numClasses", numClasses);
  return Array.from({ length: numClasses }, (_, i) => i);
}

/**
 * The mean IoU of all classes that occur. Targets and predictions are class numbers `[N, …]`, or
 * scores of the classes with `sparseYTrue` or `sparseYPred` false. As in Keras, but weights need
 * not be whole numbers.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.meanIoU({ numClasses: 3, sparseYPred: false })
 */
export function meanIoU(options: OverlapMetricOptions): Metric {
  const { name = "mean_io_u", ...own } = optionsOf(meanIoU.facts, options);
  const targetClassIds = allClasses(own.numClasses);
  return withoutOptions(classMetric("meanIoU", name, { ...own, targetClassIds }), "targetClassIds");
}
meanIoU.facts = metricFacts<OverlapMetricOptions>({
  name: "meanIoU",
  options: overlapNames,
  keras: { className: "MeanIoU" },
  example: "{ numClasses: 3 }",
});

/** Options of `oneHotIoU`. */
export interface OneHotIouOptions extends OneHotMeanIouOptions {
  /** The classes whose mean IoU it is. */
  readonly targetClassIds: readonly number[];
}

const { sparseYTrue: _, ...oneHotNames } = overlapNames;

/**
 * The mean IoU of the target classes that occur: one-hot targets and scores `[N, …, C]`. As in
 * Keras, but weights need not be whole numbers.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.oneHotIoU({ numClasses: 3, targetClassIds: [0, 2] })
 */
export function oneHotIoU(options: OneHotIouOptions): Metric {
  const {
    name = "one_hot_io_u",
    sparseYPred = false,
    ...own
  } = optionsOf(oneHotIoU.facts, options);
  const given = { ...own, sparseYPred, sparseYTrue: false };
  return withoutOptions(classMetric("oneHotIoU", name, given), "sparseYTrue");
}
oneHotIoU.facts = metricFacts<OneHotIouOptions>({
  name: "oneHotIoU",
  options: { ...oneHotNames, targetClassIds: "target_class_ids" },
  keras: { className: "OneHotIoU" },
  example: "{ numClasses: 3, targetClassIds: [0, 2] }",
});

/** Options of `oneHotMeanIoU`. */
export interface OneHotMeanIouOptions extends ClassOverlapOptions {
  /** Whether predictions are class numbers rather than scores of each class. Default: false. */
  readonly sparseYPred?: boolean;
}

/**
 * The mean IoU of all classes that occur: one-hot targets and scores `[N, …, C]`. As in Keras, but
 * weights need not be whole numbers.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.oneHotMeanIoU({ numClasses: 3 })
 */
export function oneHotMeanIoU(options: OneHotMeanIouOptions): Metric {
  const { facts } = oneHotMeanIoU;
  const { name = "one_hot_mean_io_u", sparseYPred = false, ...own } = optionsOf(facts, options);
  const targetClassIds = allClasses(own.numClasses);
  const given = { ...own, sparseYPred, sparseYTrue: false, targetClassIds };
  const metric = classMetric("oneHotMeanIoU", name, given);
  return withoutOptions(metric, "sparseYTrue", "targetClassIds");
}
oneHotMeanIoU.facts = metricFacts<OneHotMeanIouOptions>({
  name: "oneHotMeanIoU",
  options: oneHotNames,
  keras: { className: "OneHotMeanIoU" },
  example: "{ numClasses: 3 }",
});

export interface BinaryIouOptions extends MetricOptions {
  /** The classes whose mean IoU it is: 0, 1 or both. Default: [0, 1]. */
  readonly targetClassIds?: readonly number[];
  /** Predictions of at least this are class 1. Default: 0.5. */
  readonly threshold?: number;
}

/**
 * The mean IoU of classes 0 and 1: targets of 0 and 1 and predictions `[N, …]`. As in Keras, but
 * weights need not be whole numbers.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.binaryIoU({ targetClassIds: [1], threshold: 0.4 })
 */
export function binaryIoU(options: BinaryIouOptions = {}): Metric {
  const {
    name = "binary_io_u",
    targetClassIds = [0, 1],
    threshold = 0.5,
  } = optionsOf(binaryIoU.facts, options);
  requireNumber("threshold", threshold);
  return overlapMetric({
    kind: "binaryIoU",
    name,
    options: { targetClassIds, threshold },
    numClasses: 2,
    targetClassIds,
    classes: ({ build, targets, predictions }) => ({
      labels: targets,
      given: build.lessEqual(build.constant(threshold), predictions),
    }),
  });
}
binaryIoU.facts = metricFacts<BinaryIouOptions>({
  name: "binaryIoU",
  options: { ...metricNames, targetClassIds: "target_class_ids", threshold: "threshold" },
  keras: { className: "BinaryIoU" },
});
