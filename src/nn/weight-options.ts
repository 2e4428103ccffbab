// What layers let people say of their weights: how one is initialized, what it adds to the loss, and what
// it is kept to. A layer with a kernel extends `KernelOptions`, states `weightNames("kernel")` in its
// facts, and makes the weight with one line.

import type { Shape } from "../core/shape.ts";
import { ops } from "../graph/ops/index.ts";
import { type ConstraintSetting, constraintFrom } from "./constraints/index.ts";
import type { KerasNames } from "./facts.ts";
import { type InitializerSetting, initializerFrom } from "./initializers/index.ts";
import type { WeightSpec } from "./layer.ts";
import { type RegularizerSetting, regularizerFrom } from "./regularizers/index.ts";

/** Options of a layer that has a `kernel`. */
export interface KernelOptions {
  /** How the kernel is initialized. Default: `glorotUniform`. */
  readonly kernelInitializer?: InitializerSetting;
  /** A penalty on the kernel, added to the loss. Default: none. */
  readonly kernelRegularizer?: RegularizerSetting;
  /** A constraint that the kernel is brought back to after each update. Default: none. */
  readonly kernelConstraint?: ConstraintSetting;
}

/** Options of a layer that has a `bias`. */
export interface BiasOptions {
  /** How the bias is initialized. Default: `zeros`. */
  readonly biasInitializer?: InitializerSetting;
  /** A penalty on the bias, added to the loss. Default: none. */
  readonly biasRegularizer?: RegularizerSetting;
  /** A constraint that the bias is brought back to after each update. Default: none. */
  readonly biasConstraint?: ConstraintSetting;
}

/** Options of a layer that has a kernel for each channel. */
export interface DepthwiseOptions {
  /** How the depthwise kernel is initialized. Default: `glorotUniform`. */
  readonly depthwiseInitializer?: InitializerSetting;
  /** A penalty on the depthwise kernel, added to the loss. Default: none. */
  readonly depthwiseRegularizer?: RegularizerSetting;
  /** A constraint that the depthwise kernel is brought back to after each update. Default: none. */
  readonly depthwiseConstraint?: ConstraintSetting;
}

/** Options of a layer that mixes channels, position by position. */
export interface PointwiseOptions {
  /** How the pointwise kernel is initialized. Default: `glorotUniform`. */
  readonly pointwiseInitializer?: InitializerSetting;
  /** A penalty on the pointwise kernel, added to the loss. Default: none. */
  readonly pointwiseRegularizer?: RegularizerSetting;
  /** A constraint that the pointwise kernel is brought back to after each update. Default: none. */
  readonly pointwiseConstraint?: ConstraintSetting;
}

/** Options of a layer that learns a scale `gamma`. */
export interface GammaOptions {
  /** How `gamma` is initialized. Default: `ones`. */
  readonly gammaInitializer?: InitializerSetting;
  /** A penalty on `gamma`, added to the loss. Default: none. */
  readonly gammaRegularizer?: RegularizerSetting;
  /** A constraint that `gamma` is brought back to after each update. Default: none. */
  readonly gammaConstraint?: ConstraintSetting;
}

/** Options of a layer that learns an offset `beta`. */
export interface BetaOptions {
  /** How `beta` is initialized. Default: `zeros`. */
  readonly betaInitializer?: InitializerSetting;
  /** A penalty on `beta`, added to the loss. Default: none. */
  readonly betaRegularizer?: RegularizerSetting;
  /** A constraint that `beta` is brought back to after each update. Default: none. */
  readonly betaConstraint?: ConstraintSetting;
}

/** Options of a layer that learns slopes `alpha`. */
export interface AlphaOptions {
  /** How `alpha` is initialized. Default: `zeros`. */
  readonly alphaInitializer?: InitializerSetting;
  /** A penalty on `alpha`, added to the loss. Default: none. */
  readonly alphaRegularizer?: RegularizerSetting;
  /** A constraint that `alpha` is brought back to after each update. Default: none. */
  readonly alphaConstraint?: ConstraintSetting;
}

/** For any role, such as `kernel`: `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`. */
export type WeightOptions<Role extends string> = {
  readonly [R in Role as `${R}Initializer`]?: InitializerSetting;
} & {
  readonly [R in Role as `${R}Regularizer`]?: RegularizerSetting;
} & {
  readonly [R in Role as `${R}Constraint`]?: ConstraintSetting;
};

/** Keras's names for the options of weights in a role, for a layer's facts. */
export function weightNames<Role extends string>(role: Role): KerasNames<WeightOptions<Role>> {
  const names = {
    [`${role}Initializer`]: `${role}_initializer`,
    [`${role}Regularizer`]: `${role}_regularizer`,
    [`${role}Constraint`]: `${role}_constraint`,
  };
  return names as KerasNames<WeightOptions<Role>>;
}

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
