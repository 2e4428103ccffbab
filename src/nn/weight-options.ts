// What layers let people say of their weights: how one begins, what it adds to the loss, and how far it
// may go. A layer with a kernel and a bias writes `WeightOptions<"kernel" | "bias">` in its options, and
// makes each weight with one line.

import type { Shape } from "../core/shape.ts";
import { ops } from "../graph/ops/index.ts";
import { type ConstraintSetting, constraintFrom } from "./constraints/index.ts";
import { type InitializerSetting, initializerFrom } from "./initializers/index.ts";
import type { WeightSpec } from "./layer.ts";
import { type RegularizerSetting, regularizerFrom } from "./regularizers/index.ts";

/** For each role, such as `kernel`: `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`. */
export type WeightOptions<Role extends string> = {
  readonly [R in Role as `${R}Initializer`]?: InitializerSetting;
} & {
  readonly [R in Role as `${R}Regularizer`]?: RegularizerSetting;
} & {
  readonly [R in Role as `${R}Constraint`]?: ConstraintSetting;
};

/**
 * Makes the specifications of trained weights in a role from a layer's settings, once its shape is
 * known. `name` is Keras's word for the weight. Default: the role.
 *
 * @throws ConfigError where one of the role's options cannot be used, ShapeError where one does not
 * fit the shape.
 * @example const kernel = weightMaker("kernel", settings); // plan: weights: [kernel([3, 3, 8, 16])]
 */
export function weightMaker<Role extends string>(
  role: Role,
  settings: WeightOptions<Role> & { readonly [R in Role as `${R}Initializer`]: InitializerSetting },
  name: string = role,
): (shape: Shape) => WeightSpec {
  const given = settings as Readonly<Record<string, unknown>>;
  const initializer = given[`${role}Initializer`] as InitializerSetting;
  const regularizer = given[`${role}Regularizer`] as RegularizerSetting | undefined;
  const constraint = given[`${role}Constraint`] as ConstraintSetting | undefined;
  initializerFrom(initializer);
  const asked = {
    ...(regularizer === undefined ? {} : { regularizer: regularizerFrom(regularizer) }),
    ...(constraint === undefined ? {} : { constraint: constraintFrom(constraint) }),
  };
  return (shape) => {
    checkFit(shape, asked);
    return { name, shape, initializer, trainable: true, ...asked };
  };
}

/** @throws ShapeError where a weight of `shape` cannot be regularized or constrained so. */
function checkFit(
  shape: Shape,
  { regularizer, constraint }: Pick<WeightSpec, "regularizer" | "constraint">,
): void {
  const weight = ops.input("weight", { shape, dtype: "f32" });
  regularizer?.penalty(weight, ops);
  constraint?.apply(weight, ops);
}
