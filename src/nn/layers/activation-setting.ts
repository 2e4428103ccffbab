// What layers take as their option `activation`: a name, a layer, or a function of nodes.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { suggestion } from "../../core/names.ts";
import { outlineOf } from "../../core/option.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";
import { type ActivationName, activate, activationNames } from "../activations.ts";
import type { CallContext, Layer } from "../layer.ts";
import type { StoredSetting } from "../setting.ts";
import { elu } from "./elu.ts";
import { currentName } from "./former-names.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { relu } from "./relu.ts";
import { softmax } from "./softmax.ts";

/** An activation of your own: nodes in, nodes of the same shape out. */
export type ActivationFunction = (x: Node, build: Builder) => Node;

/**
 * An activation: its name, such as `relu`; a layer, such as `layers.leakyRelu({ negativeSlope: 0.1 })`,
 * which is the same as `{ name: "leakyRelu", options: { negativeSlope: 0.1 } }`; or a function, such
 * as `(x, build) => build.tanh(x)`, which no file can keep.
 */
export type ActivationSetting = ActivationName | StoredSetting | Layer | ActivationFunction;

/** An activation that is ready to be applied. */
export interface Activation {
  /** What makes it again: plain data, but for a function. */
  readonly setting: ActivationName | StoredSetting | ActivationFunction;
  /** The shape of the result for `[N, …shape]`, without N. @throws ShapeError where it does not fit. */
  outputShape(shape: Shape): Shape;
  /** @throws ShapeError where the result of a function has another shape. */
  apply(x: Node, context: CallContext): Node;
}

/** The layers that are activations: without weights, and with results of their input's shape. */
const activationLayers = { elu, leakyRelu, relu, softmax };

const expected = `${activationNames.join(", ")}; one of the layers ${Object.keys(activationLayers).join(", ")}; or a function of nodes`;

/** @throws ConfigError unless `setting` is an activation. */
export function activationFrom(setting: ActivationSetting): Activation {
  if (typeof setting === "function") return custom(setting);
  if (typeof setting === "string") {
    if (!activationNames.includes(setting)) fail(setting);
    return {
      setting,
      outputShape(shape) {
        const x = ops.input("x", { shape: [1, ...shape], dtype: "f32" });
        return activate(setting, ops, x).shape.slice(1);
      },
      apply: (x, { build }) => activate(setting, build, x),
    };
  }
  if (typeof setting !== "object" || setting === null) return fail(setting);
  const name = currentName("kind" in setting ? setting.kind : setting.name);
  const { name: _, ...options } = (setting.options ?? {}) as { readonly name?: string };
  if (name === "activation" && "activation" in options) {
    return activationFrom(options.activation as ActivationSetting);
  }
  if (!Object.hasOwn(activationLayers, name)) return fail(setting, name);
  const make = activationLayers[name as keyof typeof activationLayers];
  const layer = make(options);
  return {
    setting: { name, options: layer.options },
    outputShape: (shape) => shape,
    apply: (x, context) => layer.plan([x.shape.slice(1)]).call([x], context),
  };
}

function custom(setting: ActivationFunction): Activation {
  return {
    setting,
    outputShape: (shape) => shape,
    apply(x, { build }) {
      const y = setting(x, build);
      if (y.dtype === "f32" && sameShape(x.shape, y.shape)) return y;
      throw new ShapeError({
        what: "The function that is given as activation changes the shape or the data type.",
        expected: `f32 ${formatShape(x.shape)}`,
        received: `${y.dtype} ${formatShape(y.shape)}`,
      });
    },
  };
}

/** @throws ConfigError for a word that is none, or for another thing, such as a layer with weights. */
function fail(received: unknown, name = received): never {
  throw new ConfigError({
    what: "There is no such activation.",
    expected,
    received: typeof name === "string" ? name : outlineOf(name),
    fix: "To apply another layer, add it behind this one.",
    ...(typeof received === "string" ? suggestion(activationNames, received) : {}),
  });
}
