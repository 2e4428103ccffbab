// The skeleton of metrics that are means: a number for each place, added up, and how many there are.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { LossFunction } from "../losses/loss.ts";
import { alignWeights } from "../losses/reduce-loss.ts";
import { type Better, type Metric, shareOf, asValues as toValues } from "./metric.ts";

/** What a metric that is a mean says; the rest follows. */
export interface MeanRecord {
  readonly kind: string;
  readonly better?: Better | undefined;
  readonly name: string;
  readonly options: object;
  /**
   * The number of each place: `[N, …]`.
   *
   * @throws ShapeError where targets and predictions do not fit.
   */
  readonly values: LossFunction;
  /** 1 where a place counts; looked at only where there are weights, as in Keras. */
  readonly mask?: ((targets: Node, build: Builder) => Node) | undefined;
  /** What is done to the mean at the end. Default: nothing. */
  readonly finish?: (mean: number) => number;
}

/** The mean of `[N, …]` over all but the first axis. */
function meanPerExample(values: Node, build: Builder): Node {
  const axes = values.shape.flatMap((_, axis) => (axis === 0 ? [] : [axis]));
  return axes.length === 0 ? values : build.mean(values, { axes });
}

/** A metric that is Σ weight · value / Σ weight over the examples of an epoch. */
export function meanMetric({ values: valuesOf, mask, finish, ...record }: MeanRecord): Metric {
  return {
    ...record,
    sums({ build, targets, predictions, weights }) {
      const values = toValues(valuesOf(targets, predictions, build), build);
      if (weights === undefined) {
        const count = build.constant(values.shape[0] ?? 1);
        return { total: build.sum(meanPerExample(values, build)), count };
      }
      const given = alignWeights(weights, values, build);
      const weight = mask === undefined ? given : build.multiply(mask(targets, build), given);
      return {
        total: build.sum(meanPerExample(build.multiply(values, weight), build)),
        count: build.sum(meanPerExample(weight, build)),
      };
    },
    result({ total, count }) {
      const mean = shareOf(total[0], count[0]);
      return finish === undefined ? mean : finish(mean);
    },
  };
}
