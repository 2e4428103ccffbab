// Lovász losses: the Jaccard index itself, made continuous. Pixels count by how large their error is among those of
// their region, so errors have to be sorted; here they are sorted into levels, which many small sums do at once.

import { requireFlag, requireWord } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { optionsOf } from "../facts.ts";
import { cumulativeSum, orOne } from "../layers/value-counts.ts";
import { crossEntropyNames, type LogitsOptions, logitsOf } from "./cross-entropy.ts";
import { atLeast, clip, hotRows, oneMinus } from "./formulas.ts";
import {
  countingPlaces,
  type IgnoringOptions,
  ignoring,
  requireIgnoreClass,
  withoutIgnored,
} from "./ignored.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts } from "./loss.ts";

/** Levels that errors are sorted into. */
const levels = 512;

/** Options of both losses. */
export interface LovaszOptions extends LogitsOptions, LossOptions, IgnoringOptions {
  /** Whether each example is a region of its own, rather than the whole batch. Default: false. */
  readonly perImage?: boolean;
}

export interface LovaszSoftmaxOptions extends LovaszOptions {
  /** Which classes have a part in the mean: those that the targets have, or all. Default: `present`. */
  readonly classes?: "present" | "all";
}

const sharedNames = { ...crossEntropyNames, perImage: null, ignoreClass: null } as const;

/** Errors of regions, `[N, P, C]` with P places each. */
interface Errors {
  /** At least 0. */
  readonly sizes: Node;
  /** The same order as the sizes, from 0 to 1. */
  readonly ranks: Node;
  /** 1 where the place belongs to the region, else 0. */
  readonly targets: Node;
  /** 1 where the place counts, else 0. */
  readonly counts: Node;
}

/**
 * The Lovász extension of the Jaccard loss, `[N, C]`: Σ g · error, where g is how much the index of all places with
 * larger errors changes by this one. Places on one level share their change. The levels move errors by at most
 * 1 / 512, and the loss by no more than that.
 */
function lovaszExtension({ sizes, ranks, targets, counts }: Errors, build: Builder): Node {
  const whole = build.floor(
    clip(build.multiply(ranks, build.constant(levels)), 0, levels - 1, build),
  );
  // From large errors to small ones; what does not count is on no level.
  const falling = build.subtract(build.constant(levels - 1), whole);
  const level = build.cast(build.select(counts, falling, build.constant(-1)), "i32");
  const inside = build.histogram(level, levels, build.multiply(targets, counts));
  const outside = build.histogram(level, levels, build.multiply(oneMinus(targets, build), counts));
  const [insideSo, outsideSo] = [cumulativeSum(build, inside), cumulativeSum(build, outside)];
  const [regions, classes] = inside.shape;
  const all = build.slice(insideSo, [0, 0, levels - 1], [regions, classes, 1]);
  // Intersection and union after each level, and before it.
  const intersection = build.subtract(all, insideSo);
  const union = build.add(all, outsideSo);
  const intersectionBefore = build.add(intersection, inside);
  const unionBefore = build.subtract(union, outside);
  // I₀ / U₀ − I / U, without the difference of two numbers that are almost equal.
  const change = build.divide(
    build.add(build.multiply(intersectionBefore, outside), build.multiply(inside, unionBefore)),
    orOne(build, build.multiply(unionBefore, union)),
  );
  // A region without places has an index of 1 until one is wrongly taken for it.
  const isEmpty = build.equal(unionBefore, build.constant(0));
  const jump = build.select(isEmpty, build.less(build.constant(0), union), change);
  // The slopes of I / U, in the middle of the level, say how its places share.
  const half = build.constant(0.5);
  const shareInside = build.add(unionBefore, build.multiply(outside, half));
  const shareOutside = atLeast(
    build.subtract(intersectionBefore, build.multiply(inside, half)),
    1e-3,
    build,
  );
  const total = build.add(
    build.multiply(inside, shareInside),
    build.multiply(outside, shareOutside),
  );
  const scale = build.divide(jump, orOne(build, total));
  const slopes = (share: Node) => build.lookUp(build.multiply(scale, share), level);
  const slope = build.select(targets, slopes(shareInside), slopes(shareOutside));
  const weight = build.stopGradient(build.multiply(slope, counts));
  return build.sum(build.multiply(weight, sizes), { axes: [1] });
}

/** `x [N, …, C]` with its places in one axis, `[1, P, C]`, or for each example `[N, P, C]`. */
function placesOf(x: Node, perImage: boolean, build: Builder): Node {
  const { shape } = x;
  const regions = perImage ? shape[0] : 1;
  const channels = shape[shape.length - 1];
  return build.reshape(x, [regions, sizeOf(shape) / regions / channels, channels]);
}

/** `[N, C] → [N]`, or `[]` for the batch as a whole: the mean over the classes that `counted` names. */
function meanOfClasses(values: Node, counted: Node, perImage: boolean, build: Builder): Node {
  const sum = (x: Node) => build.sum(x, { axes: [1] });
  const mean = build.divide(sum(build.multiply(values, counted)), atLeast(sum(counted), 1, build));
  return perImage ? mean : build.reshape(mean, []);
}

/**
 * Lovász-Softmax: the mean over the classes of 1 − the Jaccard index, made continuous: targets i32 `[N, …]`,
 * predictions `[N, …, C]` → `[]`, or `[N]` with `perImage`. Errors are sorted into 512 levels. Source: Berman, Triki and
 * Blaschko, “The Lovász-Softmax loss”, CVPR 2018, arXiv:1705.08790.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.lovaszSoftmax({ ignoreClass: 255 })
 */
export function lovaszSoftmax(options: LovaszSoftmaxOptions = {}): Loss {
  const { facts } = lovaszSoftmax;
  const { classes = "present", reduction, ...rest } = optionsOf(facts, options);
  const { fromLogits, perImage, ignoreClass } = sharedOptions(rest);
  requireWord("classes", classes, ["present", "all"]);
  return defineLoss({
    name: "lovaszSoftmax",
    options: { classes, fromLogits, perImage, ignoreClass, reduction },
    targets: "classes",
    ...ignoring(ignoreClass),
    values(given, predictions, build) {
      const labels = ignoreClass === null ? given : withoutIgnored(given, ignoreClass, build);
      const shares = fromLogits ? build.softmax(predictions) : predictions;
      const hot = hotRows(labels, shares.shape[shares.shape.length - 1], build);
      const targets = placesOf(hot, perImage, build);
      const sizes = build.absolute(build.subtract(targets, placesOf(shares, perImage, build)));
      const counts = countsOf(given, ignoreClass, targets, build);
      const values = lovaszExtension({ sizes, ranks: sizes, targets, counts }, build);
      const isPresent = build.reduceMaximum(targets, { axes: [1] });
      const counted = classes === "present" ? isPresent : build.constant(1, values.shape);
      return meanOfClasses(values, counted, perImage, build);
    },
  });
}
lovaszSoftmax.facts = lossFacts<LovaszSoftmaxOptions>({
  name: "lovaszSoftmax",
  options: { ...sharedNames, classes: null },
});

/**
 * Lovász hinge: 1 − the Jaccard index of one region, made continuous, of the hinge errors max(1 − x · sign, 0) of logits
 * x: targets of 0 and 1 and predictions `[N, …, K]` → `[]`, or `[N]` with `perImage`; of K channels the mean. The model
 * ends in sigmoid, or in logits with `fromLogits`. Errors e are sorted into 512 levels of e / (1 + e). Source: Berman,
 * Triki and Blaschko, “The Lovász-Softmax loss”, CVPR 2018, arXiv:1705.08790.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.lovaszHinge({ perImage: true })
 */
export function lovaszHinge(options: LovaszOptions = {}): Loss {
  const { reduction, ...rest } = optionsOf(lovaszHinge.facts, options);
  const { fromLogits, perImage, ignoreClass } = sharedOptions(rest);
  return defineLoss({
    name: "lovaszHinge",
    options: { fromLogits, perImage, ignoreClass, reduction },
    targets: "values",
    range: [0, 1],
    ...ignoring(ignoreClass),
    values(given, predictions, build) {
      const logits = logitsOf(predictions, "sigmoid", fromLogits) ?? logitOf(predictions, build);
      const targets = placesOf(build.less(build.constant(0.5), given), perImage, build);
      const signs = build.subtract(build.multiply(targets, build.constant(2)), build.constant(1));
      const products = build.multiply(placesOf(logits, perImage, build), signs);
      const sizes = build.relu(oneMinus(products, build));
      const ranks = build.divide(sizes, build.add(sizes, build.constant(1)));
      const counts = placesOf(
        ignoreClass === null
          ? build.constant(1, given.shape)
          : countingPlaces(given, ignoreClass, build),
        perImage,
        build,
      );
      const values = lovaszExtension({ sizes, ranks, targets, counts }, build);
      return meanOfClasses(values, build.constant(1, values.shape), perImage, build);
    },
  });
}
lovaszHinge.facts = lossFacts<LovaszOptions>({ name: "lovaszHinge", options: sharedNames });

function sharedOptions(options: Omit<LovaszOptions, "reduction">) {
  const { fromLogits = false, perImage = false, ignoreClass = null } = options;
  requireFlag("perImage", perImage);
  requireIgnoreClass(ignoreClass);
  return { fromLogits, perImage, ignoreClass };
}

/** ln p / (1 − p), for models that give probabilities in another way than by sigmoid. */
function logitOf(chances: Node, build: Builder): Node {
  const inside = clip(chances, 1e-7, 1 - 1e-7, build);
  return build.subtract(build.logarithm(inside), build.logarithm(oneMinus(inside, build)));
}

/** Shaped as the rows of classes: 1 where the place counts. */
function countsOf(labels: Node, ignoreClass: number | null, { shape }: Node, build: Builder): Node {
  if (ignoreClass === null) return build.constant(1, shape);
  const [regions, places] = shape;
  const counts = countingPlaces(labels, ignoreClass, build);
  return build.broadcastTo(build.reshape(counts, [regions, places, 1]), shape);
}
