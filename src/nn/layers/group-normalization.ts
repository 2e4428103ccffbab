// Group normalization as a layer.

import { ShapeError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import { momentsOf } from "../../graph/ops/statistics.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { alongOnly, axisOf } from "./axes.ts";
import {
  type LearnedScaleOptions,
  learnedScaleDefaults,
  learnedScaleFrom,
  learnedScaleNames,
} from "./learned-scale.ts";
import { standardize } from "./moments.ts";

export interface GroupNormalizationOptions extends CommonOptions, LearnedScaleOptions {
  /** G, the number of groups of channels; -1 makes each channel a group. Default: 32. */
  readonly groups?: number;
  /** The axis of the channels, N being 0. Default: -1, the last. */
  readonly axis?: number;
}

/**
 * Group normalization: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta`. Mean and variance are those of all pixels of
 * `C / G` neighbouring channels, example by example. One group is layer normalization over the whole
 * example; `groups: -1` is instance normalization.
 *
 * Weights: `gamma`, `beta`, each `[C]`. Source: Wu and He, ECCV 2018. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the groups do not divide C.
 * @example layers.groupNormalization({ groups: 8 })
 */
export function groupNormalization(
  options: GroupNormalizationOptions = {},
): LayerInstance<GroupNormalizationOptions> {
  return makeLayer(groupNormalization.facts, options, (given) => {
    const settings = { groups: 32, axis: -1, epsilon: 1e-3, ...learnedScaleDefaults, ...given };
    if (settings.groups !== -1) requireWhole("groups", settings.groups);
    const learned = learnedScaleFrom(settings);
    return {
      options: settings,
      plan([input]) {
        const axis = axisOf(settings.axis, input, "groupNormalization");
        const channels = input[axis - 1];
        const groups = settings.groups === -1 ? channels : settings.groups;
        if (channels % groups !== 0) {
          throw new ShapeError({
            what: "The groups do not divide the channels.",
            expected: `a multiple of ${groups} channels`,
            received: `${channels} channels along axis ${axis} of ${formatShape([null, ...input])}`,
            fix: "choose another number of groups",
          });
        }
        return {
          outputShape: input,
          weights: learned.weights([channels]),
          macs: sizeOf(input),
          call([x], { build, weights }) {
            const split = x.shape.toSpliced(axis, 1, groups, channels / groups);
            const grouped = build.reshape(x, split);
            const joined = split.map((_, a) => a).filter((a) => a !== 0 && a !== axis);
            const wide = alongOnly([axis, axis + 1], split);
            const moments = momentsOf(build, grouped, joined);
            const nodes = learned.nodes(weights, (weight) => build.reshape(weight, wide));
            const y = standardize(build, grouped, moments, settings.epsilon, nodes);
            return build.reshape(y, x.shape);
          },
        };
      },
    };
  });
}
groupNormalization.facts = layerFacts<GroupNormalizationOptions>({
  name: "groupNormalization",
  options: { groups: "groups", axis: "axis", ...learnedScaleNames },
  keras: { className: "GroupNormalization" },
  example: "{ groups: 8 }",
});
