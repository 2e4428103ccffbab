// How much places of each class count in a loss.

import { ConfigError } from "../../core/errors.ts";
import { requireOption } from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { constantOf } from "../layers/constants.ts";

/** @throws ConfigError unless it is null, or a list of finite numbers of at least 0. */
export function requireClassWeights(option: string, weights: unknown): void {
  const isWeight = (value: unknown) =>
    typeof value === "number" && Number.isFinite(value) && value >= 0;
  const fits =
    weights === null || (Array.isArray(weights) && weights.length > 0 && weights.every(isWeight));
  requireOption(option, weights, fits, "a finite number of at least 0 for each class");
}

/** @throws ConfigError unless there is a weight for each class. */
export function requireWeightOfEach(
  option: string,
  { length }: readonly number[],
  classes: number,
): void {
  if (length === classes) return;
  throw new ConfigError({
    what: `The option ${option} does not fit the model.`,
    expected: `${classes} numbers, one for each class of the predictions`,
    received: `${length} numbers`,
  });
}

/** The weight of each label, shaped as the labels; those that are no class get that of the nearest. */
export function classWeightOf(labels: Node, weights: readonly number[], build: Builder): Node {
  const flat = build.reshape(labels, [sizeOf(labels.shape)]);
  return build.reshape(build.gather(constantOf(build, weights), flat), labels.shape);
}
