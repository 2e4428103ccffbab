// What a layer is: options, and what they come to for one input shape. A layer makes nodes of the graph;
// it knows no kernel, no device and no training loop.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { requireOption, requireWhole, shown } from "../core/option.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";
import type { Padding } from "../graph/window.ts";
import type { Constraint } from "./constraints/constraint.ts";
import type { InitializerSetting } from "./initializers/index.ts";
import type { Geometry } from "./layers/geometry.ts";
import type { Reach } from "./reach.ts";
import type { RegularizerSetting } from "./regularizers/index.ts";
import type { Regularizer } from "./regularizers/regularizer.ts";

/** A tensor that a layer owns. */
export interface WeightSpec {
  /** Keras's word for it: `kernel`, `bias`, `gamma`, … */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: InitializerSetting;
  /** The first values, row-major, where the layer knows them: nothing is drawn then. */
  readonly values?: readonly number[];
  /** Whether the optimizer changes it; statistics are changed by the layer itself. */
  readonly trainable: boolean;
  /** What it adds to the loss while it is trained. */
  readonly regularizer?: Regularizer;
  /** What every update of it is brought to. */
  readonly constraint?: Constraint;
}

/** How a layer has mixed the examples of a batch: each of them with another one. */
export interface Mixing {
  /** How much of itself an example has kept, from 0 to 1: `[N]`. */
  readonly weight: Node;
  /** Whose the rest is: places in the batch, i32 `[N]`. */
  readonly order: Node;
}

/** What a layer is handed when it makes its part of a graph. */
export interface CallContext {
  readonly build: Builder;
  /** Whether the graph is for training. */
  readonly training: boolean;
  /** Whether the layer is trained; one that is frozen keeps its statistics. */
  readonly trainable: boolean;
  /** The layer's weights, by name. */
  readonly weights: Readonly<Record<string, Node>>;
  /** The number of the training step, i32; random layers draw by it. */
  readonly step: Node;
  readonly seed: number;
  /** A number of the layer's own, to keep its random numbers apart from others'. */
  readonly stream: number;
  /** Replaces a weight that is not trained at the end of the step. */
  update(weight: string, value: Node): void;
  /**
   * Replaces a weight at once, one that is trained as well: its gradient is that of the node which
   * comes back, and the optimizer goes on from there. How the value was computed has no gradient.
   */
  replace(weight: string, value: Node): Node;
  /** Says that the layer has mixed examples, so that their targets are mixed alike. */
  mix(mixing: Mixing): void;
}

/** What random numbers are drawn by. */
export type DrawContext = Pick<CallContext, "build" | "step" | "seed" | "stream">;

/** A layer for one input shape. Shapes leave N out: `[H, W, C]` or `[C]`. */
export interface LayerPlan {
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
  /** Multiply-adds for one example. */
  readonly macs: number;
  /** Absent where each output looks at one input. */
  readonly reach?: Reach;
  /** How training moves the images of a batch of `count`, for layers that draw that. */
  geometry?(count: number, context: DrawContext): Geometry;
  /** `inputs`: one value for each input, in order. */
  call(inputs: readonly Node[], context: CallContext): Node;
}

/** A plan as a definition writes it. Default: no weights, and no multiply-adds. */
export interface PlanDraft extends Omit<LayerPlan, "weights" | "macs"> {
  readonly weights?: readonly WeightSpec[];
  readonly macs?: number;
}

/** A layer as it was asked for. */
export interface Layer<O extends object = object> {
  /** The factory's name, as in `layers.conv2d`. */
  readonly kind: string;
  /** Keras's name for the class, as summaries show it. */
  readonly className: string;
  /** All options, defaults filled in: plain data, enough to make the layer again. */
  readonly options: O;
  /** What its output adds to the loss, where that is what the layer is for. */
  readonly activityRegularizer?: Regularizer | undefined;
  /** Whether it joins inputs; any other layer takes one. Default: false. */
  readonly severalInputs?: boolean;
  /** @throws ShapeError where the inputs, one shape for each, do not fit. */
  plan(inputs: readonly Shape[]): LayerPlan;
}

/** Options that every layer takes. */
export interface CommonOptions {
  /** A name that is unique in its model. Default: as Keras names it, such as `conv2d_1`. */
  readonly name?: string;
  /** The shape of one example, such as `[H, W, C]`. The first layer of a sequential model needs it. */
  readonly inputShape?: Shape;
  /** Whether training changes the weights. Set `layer.trainable` to change it later. Default: true. */
  readonly trainable?: boolean;
  /** A penalty on the output, added to the loss as a mean over the batch. Default: none. */
  readonly activityRegularizer?: RegularizerSetting;
}

/** @throws ShapeError unless `input` is an image `[H, W, C]`. */
export function requireImage(input: Shape, layer: string): void {
  if (input.length === 3) return;
  throw new ShapeError({
    what: `${layer} works on images.`,
    expected: "[H, W, C] for each example",
    received: formatShape(input),
    fix: "put it before flatten, or reshape its input",
  });
}

/** One number for both directions, or one for each: rows, then columns. */
export type Pair = number | readonly [number, number];

/** @throws ConfigError unless both are whole numbers of at least 1. */
export function pairOf(value: Pair, name: string): [number, number] {
  const one = typeof value === "number";
  const fits = one || (typeof value === "object" && value?.length === 2);
  requireOption(name, value, fits, "one whole number, or two in a list");
  const [rows, columns] = one ? [value, value] : Array.from(value);
  requireWhole(name, rows);
  requireWhole(name, columns);
  return [rows, columns];
}

/** @throws ConfigError unless `padding` is a word that is known, or rows and columns of padding. */
export function requirePadding(padding: Padding): void {
  if (padding === "valid" || padding === "same") return;
  const isRecord = typeof padding === "object" && padding !== null;
  const sides: unknown[] = isRecord
    ? [padding.top, padding.bottom, padding.left, padding.right]
    : [];
  if (isRecord && sides.every((side) => Number.isSafeInteger(side) && (side as number) >= 0))
    return;
  throw new ConfigError({
    what: "The option padding cannot be used.",
    expected: '"valid", "same", or whole numbers of at least 0 as top, bottom, left and right',
    received: shown(padding),
  });
}

/** `options` without the keys that are undefined. */
export function definedOnly<O extends object>(options: O): O {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as O;
}
