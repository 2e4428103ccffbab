// Values that do not exist yet: what layers are applied to when a model is put together. A symbolic
// tensor knows its shape and where it comes from; following it back gives the whole model.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { LayerPlan } from "./layer.ts";

/** What can be applied to symbolic tensors: a layer, or a whole network. */
export interface Unit {
  /** The name by which files know it. */
  readonly kind: string;
  /** Keras's name for the class. */
  readonly className: string;
  /** Plain data, enough to make it again. */
  readonly options: object;
  /** The name that it was given, where it was. */
  readonly givenName: string | undefined;
  /** The name that its first network chose for it; others keep it where they can. */
  chosenName: string | undefined;
  /** Units are numbered as they are made: names count in this order, as in Keras. */
  readonly serial: number;
  trainable: boolean;
}

/** One use of a unit. A unit that is used twice has its weights once. */
export interface Application {
  readonly unit: Unit;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** What a layer makes of these inputs; a network has plans of its own. */
  readonly plan: LayerPlan | undefined;
  /** Applications are numbered as they are made, so inputs come before users. */
  readonly serial: number;
}

/** A value to come. Its shape leaves N out: `[H, W, C]`. */
export interface SymbolicTensor {
  readonly shape: Shape;
  readonly application: Application;
  /** Which of the application's results it is. */
  readonly index: number;
}

/** One tensor, or several in order. */
export type SymbolicInputs = SymbolicTensor | readonly SymbolicTensor[];

/** Whether `value` is a symbolic tensor; a record of outputs may have names like its fields. */
export function isSymbolic(value: unknown): value is SymbolicTensor {
  return (
    typeof value === "object" &&
    value !== null &&
    "application" in value &&
    "index" in value &&
    typeof value.index === "number"
  );
}

/** @throws ConfigError unless `x` is a symbolic tensor; `what` begins the message. */
export function requireSymbolic(x: unknown, what: string): void {
  if (isSymbolic(x)) return;
  throw new ConfigError({
    what: `${what} cannot be used.`,
    expected: "a symbolic tensor: what input({ shape }) and layer.apply make",
    received: outlineOf(x),
  });
}

/** The tensors as a list; `what` begins messages. @throws ConfigError where they are none. */
export function listOf(inputs: SymbolicInputs, what: string): readonly SymbolicTensor[] {
  const list: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  if (list.every(isSymbolic)) return list;
  throw new ConfigError({
    what: `${what} cannot be used.`,
    expected: "a symbolic tensor, or a list of them: what input({ shape }) and layer.apply make",
    received: outlineOf(list.find((one) => !isSymbolic(one))),
  });
}

let made = 0;

/** The number of the next unit or application. */
export function nextSerial(): number {
  return made++;
}

/** A use of `unit`, with a result for each of `shapes`. */
export function applyUnit(
  unit: Unit,
  inputs: readonly SymbolicTensor[],
  shapes: readonly Shape[],
  plan?: LayerPlan,
): readonly SymbolicTensor[] {
  const outputs: SymbolicTensor[] = [];
  const application: Application = { unit, inputs, outputs, plan, serial: nextSerial() };
  shapes.forEach((shape, index) => {
    outputs.push({ shape, application, index });
  });
  return outputs;
}

/** Makes a unit's refusal of `inputs` say which unit it was: `title`, such as `Layer "conv2d" (Conv2D)`. */
export function refusalOf(cause: ShapeError, title: string, inputs: readonly Shape[]): ShapeError {
  const { what, expected, received, fix } = cause.facts;
  const given = inputs.map((shape) => formatShape([null, ...shape])).join(", ");
  return new ShapeError({
    what: `${title}, does not fit its input. ${what}`,
    expected: expected ?? "another shape",
    received: `${received ?? "this"}; the layer before it gives ${given}`,
    ...(fix === undefined ? {} : { fix }),
    cause,
  });
}
