// Group normalisation as a layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { alongOnly, axisOf } from "./axes.ts";
import { momentsOf, requireEpsilon, standardize } from "./moments.ts";

export interface GroupNormalizationOptions extends CommonOptions, WeightOptions<"gamma" | "beta"> {
  /** G, the groups that the channels are split into; −1 makes each channel one. Default: 32. */
  readonly groups?: number;
  /** The axis of the channels, N being 0. Default: the last. */
  readonly axis?: number;
  /** Added to the variance. Default: 1e-3. */
  readonly epsilon?: number;
  /** Whether a learned `beta` is added. Default: true. */
  readonly center?: boolean;
  /** Whether a learned `gamma` multiplies. Default: true. */
  readonly scale?: boolean;
}

/**
 * Group normalisation: `[…, C] → […, C]`, with
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta`, mean and variance over all pixels and
 * `C / G` neighbouring channels of each example. One group is layer normalisation over the whole
 * example, `groups: −1` instance normalisation. Weights: `gamma`, `beta`, each `[C]`. Source: Wu
 * and He, ECCV 2018; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the groups do not divide C.
 * @example layers.groupNormalization({ groups: 8 })
 */
export function groupNormalization(
  options: GroupNormalizationOptions = {},
): Layer<GroupNormalizationOptions> {
  const settings = {
    groups: 32,
    axis: -1,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: "zeros" as InitializerSetting,
    gammaInitializer: "ones" as InitializerSetting,
    ...options,
  };
  const { epsilon, center, scale } = settings;
  if (settings.groups !== -1) requireWhole(settings.groups, "groups");
  requireEpsilon(epsilon);
  const beta = weightMaker("beta", settings);
  const gamma = weightMaker("gamma", settings);
  return {
    kind: "groupNormalization",
    className: "GroupNormalization",
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
        weights: [...(scale ? [gamma([channels])] : []), ...(center ? [beta([channels])] : [])],
        macs: sizeOf(input),
        call([x], { build, weights }) {
          const split = x.shape.toSpliced(axis, 1, groups, channels / groups);
          const grouped = build.reshape(x, split);
          const joined = split.map((_, a) => a).filter((a) => a !== 0 && a !== axis);
          const wide = alongOnly([axis, axis + 1], split);
          const moments = momentsOf(build, grouped, joined);
          const y = standardize(build, grouped, moments, epsilon, {
            ...(scale ? { gamma: build.reshape(weights.gamma, wide) } : {}),
            ...(center ? { beta: build.reshape(weights.beta, wide) } : {}),
          });
          return build.reshape(y, x.shape);
        },
      };
    },
  };
}
