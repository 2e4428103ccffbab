// An operation of `keras.ops` on tensors and numbers, as a layer. `operations` makes these layers and
// applies them (../symbolic-operations.ts).

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import { outlineOf, requireOption } from "../../core/option.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { type OperationName, operationRows } from "../operations/index.ts";
import { type Operation, settingsOf } from "../operations/operation.ts";
import { constantOf } from "./constants.ts";

/** A number, or a list of numbers or of such lists, which stretches as in NumPy. */
export type Constant = number | readonly Constant[];

export interface OperationOptions extends CommonOptions {
  /** The name of the operation, as in `keras.ops`, such as `multiply`. */
  readonly operation: OperationName;
  /**
   * What the operation works on: numbers, and null for each input of the layer, such as `[1, null]`
   * for `1 − x`. Default: the inputs.
   */
  readonly operands?: readonly (Constant | null)[];
  /** Settings of the operation, such as `{ axis: [1, 2], keepDimensions: true }`. Default: Keras's. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Any operation of `keras.ops` that Fovea has: `[N, …]`, … → `[N, …]`. N stays, and no example sees
 * another. `operations` applies it in one call: `operations.multiply(x, 2)`. As in Keras.
 *
 * @throws ConfigError if there is no such operation, or a setting is invalid; ShapeError if the inputs do
 * not fit, or the result would mix examples.
 * @example layers.operation({ operation: "subtract", operands: [1, null] }).apply(x) // 1 − x
 */
export function operation(options: OperationOptions): LayerInstance<OperationOptions> {
  return makeLayer(operation.facts, options, (given) => {
    const { operation: name, operands } = given;
    const isText = typeof name === "string";
    requireOption("operation", name, isText, "the name of an operation, such as multiply");
    const row: Operation = lookUp(operationRows, name, "operation");
    const settings = settingsOf(name, row.settings, given.settings ?? {});
    requireOperands(row, operands);
    const compute = (inputs: readonly Node[], build: Builder) => {
      const left = [...inputs];
      const all = (operands ?? inputs.map(() => null)).map((one) =>
        one === null ? (left.shift() as Node) : constantNode(build, one),
      );
      return row.compute(build, all, settings);
    };
    return {
      className: row.className,
      options: { ...given, settings },
      severalInputs: true,
      plan(inputs) {
        requireCount(name, row, operands, inputs);
        const results = trials.map((batch) => {
          const sources = inputs.map((shape, i) =>
            ops.input(`x${i}`, { shape: [batch, ...shape], dtype: "f32" }),
          );
          const { shape, dtype } = compute(sources, ops);
          return dtype === "f32" && shape[0] === batch ? shape.slice(1) : undefined;
        });
        const [outputShape, other] = results;
        if (outputShape === undefined || other === undefined || !sameShape(outputShape, other)) {
          throw new ShapeError({
            what: `The operation ${name} would mix examples, or leave them out.`,
            expected: "operands and settings that keep N, the first axis",
            received: inputs.map((shape) => formatShape([null, ...shape])).join(", "),
            fix: "name the axes that it works on; axis 0 is N",
          });
        }
        return {
          outputShape,
          ...(row.isReduction && inputs[0].length === 3 ? { reach: "all" as const } : {}),
          call: (values, { build }) => compute(values, build),
        };
      },
    };
  });
}
operation.facts = layerFacts<OperationOptions>({
  name: "operation",
  options: { operation: null, operands: null, settings: null },
  example: '{ operation: "square" }',
});

/** Numbers in one constant. */
const mostNumbers = 10_000;

/** The shape of a constant; undefined where its lists differ in length, or it holds no numbers. */
function shapeOf(value: unknown): Shape | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? [] : undefined;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const shapes = value.map(shapeOf);
  const [first] = shapes;
  const fits =
    first !== undefined && shapes.every((one) => one !== undefined && sameShape(one, first));
  return fits ? [value.length, ...first] : undefined;
}

/** Any number of inputs for `list`. @throws ConfigError where operands cannot be used. */
function requireOperands({ operands: count }: Operation, operands: OperationOptions["operands"]) {
  if (operands === undefined) return;
  const fits =
    Array.isArray(operands) &&
    count !== "list" &&
    operands.length === count &&
    operands.includes(null) &&
    operands.every((one) => {
      const shape = one === null ? [] : shapeOf(one);
      return shape !== undefined && sizeOf(shape) <= mostNumbers;
    });
  if (fits) return;
  throw new ConfigError({
    what: "The option operands cannot be used.",
    expected:
      count === "list"
        ? "inputs alone: no operands"
        : `${count} in a list: finite numbers or lists of them, and null for each input, of which there is one at least`,
    received: outlineOf(operands),
  });
}

function constantNode(build: Builder, value: Constant): Node {
  if (typeof value === "number") return build.constant(value);
  const numbers = (value as readonly unknown[]).flat(8) as number[];
  return build.reshape(constantOf(build, numbers), shapeOf(value) ?? []);
}

/** Numbers of examples with which an operation is tried. */
const trials = [7, 11];

function requireCount(
  name: string,
  { operands: count }: Operation,
  operands: OperationOptions["operands"],
  inputs: readonly Shape[],
): void {
  const wanted = operands?.filter((one) => one === null).length ?? count;
  if (wanted === "list" ? inputs.length >= 1 : inputs.length === wanted) return;
  throw new ShapeError({
    what: `The operation ${name} takes another number of inputs.`,
    expected: wanted === "list" ? "one input or more" : `${wanted}`,
    received: `${inputs.length}`,
  });
}
