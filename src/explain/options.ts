// The options of attribution: what all methods share, and what some have of their own.

import { ConfigError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import {
  type OptionNames,
  requireBetween,
  requireNumber,
  requireOption,
  requireWhole,
} from "../core/option.ts";

/** Options that only some methods have. */
export interface MethodOptions {
  /**
   * The value of an empty picture, as the first layer sees it: one number for all pixels.
   * For `integratedGradients`, `deepLift` and `occlusion`. Default: 0.
   */
  readonly baseline?: number;
  /** Steps on the way from the baseline to the picture, for `integratedGradients`. Default: 50. */
  readonly steps?: number;
  /** Noisy copies, for `smoothGrad`. Default: 50. */
  readonly samples?: number;
  /** The standard deviation of the noise as a share of the picture's range, for `smoothGrad`. Default: 0.15. */
  readonly noise?: number;
  /** Height and width of the patch that is covered, in pixels, for `occlusion`. Default: an eighth of the side. */
  readonly window?: number;
  /** How far the patch moves, in pixels, for `occlusion`. Default: half the window. */
  readonly stride?: number;
  /** Random masks, for `rise`. Default: 1000. */
  readonly masks?: number;
  /** Cells of a mask along a side, for `rise`. Default: 7. */
  readonly cells?: number;
  /** The share of a mask that stays visible, for `rise`. Default: 0.5. */
  readonly open?: number;
  /** The seed of random methods. Default: 0. */
  readonly seed?: number;
}

export const methodOptionNames = {
  baseline: true,
  steps: true,
  samples: true,
  noise: true,
  window: true,
  stride: true,
  masks: true,
  cells: true,
  open: true,
  seed: true,
} as const satisfies OptionNames<MethodOptions>;

/**
 * The options with their defaults, for a picture of `size`.
 *
 * @throws ConfigError where one cannot be used, or belongs to another method than `method`.
 */
export function methodOptionsOf(
  method: string,
  allowed: readonly (keyof MethodOptions)[],
  given: MethodOptions,
  [height, width]: readonly [number, number],
): Required<MethodOptions> {
  for (const name of Object.keys(methodOptionNames) as (keyof MethodOptions)[]) {
    if (given[name] === undefined || name === "seed" || allowed.includes(name)) continue;
    throw new ConfigError({
      what: `The method ${method} has no option ${name}.`,
      expected: allowed.length === 0 ? "no options of its own" : allowed.join(", "),
      received: name,
      ...suggestion(allowed, name),
    });
  }
  const window = given.window ?? Math.max(1, Math.round(Math.min(height, width) / 8));
  const options = {
    baseline: 0,
    steps: 50,
    samples: 50,
    noise: 0.15,
    stride: Math.max(1, Math.floor(window / 2)),
    masks: 1000,
    cells: 7,
    open: 0.5,
    seed: 0,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    window,
  };
  requireNumber("baseline", options.baseline);
  requireWhole("steps", options.steps);
  requireWhole("samples", options.samples);
  requireNumber("noise", options.noise, { least: 0 });
  requireWhole("window", options.window);
  requireOption(
    "window",
    options.window,
    options.window <= Math.max(height, width),
    `at most the picture's ${Math.max(height, width)} pixels`,
  );
  requireWhole("stride", options.stride);
  requireWhole("masks", options.masks);
  requireWhole("cells", options.cells);
  requireBetween("open", options.open, 0, 1);
  requireWhole("seed", options.seed, 0);
  return options;
}
