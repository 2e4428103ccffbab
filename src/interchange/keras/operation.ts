// Operations of `keras.ops` in files of Keras 3, and ours. Keras has numbers among the inputs of each
// use; ours are options of the layer `operation`.

import type { Constant, OperationOptions } from "../../nn/layers/operation.ts";
import type { TensorReference, UnitConfig } from "../../nn/network-config.ts";
import { operationRows } from "../../nn/operations/index.ts";
import { formatKey, type KeyPart, parseKey } from "../../nn/operations/slice-key.ts";
import { listIn, recordOf, refuse } from "../refuse.ts";
import { referenceOf } from "./inbound-nodes.ts";
import { decodeOptions, encodeOptions, objectIn } from "./object.ts";
import { findRow, type KerasRow, type KerasRows, namesOf } from "./row.ts";

type Config = Readonly<Record<string, unknown>>;

export const operationKind = "operation";

/** A row for each operation: Keras's class and the settings of both. */
const rows: KerasRows = Object.fromEntries(
  Object.entries(operationRows).map(([name, { className, aliases = [], settings }]) => {
    const options = namesOf(Object.keys(settings).filter((option) => option !== "key"));
    const row: KerasRow = { className, aliases, options, fixed: { initial: null } };
    return [name, row];
  }),
);

const modules = /^keras\.src\.(ops\.\w+|activations\.activations)$/;

/** Keras's class that makes several results; ours is a slice for each of them. */
export const splitClass = "Split";

/**
 * Whether an entry of a file's list of layers is an operation. In `.h5` it is known by its use, and by
 * what every layer states and no operation does.
 */
export function isOperation(entry: unknown): boolean {
  const { module, inbound_nodes: nodes } = recordOf(entry, "A layer");
  const { className, config } = objectIn(entry, "A layer");
  const isKnown = className === splitClass || findRow(rows, className) !== undefined;
  if (typeof module === "string") {
    return modules.test(module) && (isKnown || module.startsWith("keras.src.ops."));
  }
  const [first] = Array.isArray(nodes) ? nodes : [];
  const isOfKeras3 = typeof first === "object" && first !== null && !Array.isArray(first);
  return isKnown && isOfKeras3 && config.trainable === undefined && config.dtype === undefined;
}

/** An operation of a file, and the tensors of each of its uses. */
export interface FoundOperation {
  readonly unit: UnitConfig;
  readonly inputs: readonly (readonly TensorReference[])[];
}

/** @throws FormatError where Fovea has no such operation, or it is not described. */
export function decodeOperation(entry: unknown, nodes: readonly unknown[]): FoundOperation {
  const { className, config } = objectIn(entry, "A layer");
  const title = `the operation "${config.name}" (${className})`;
  const found = findRow(rows, className);
  if (found === undefined) {
    return refuse({
      what: `Fovea has no operation of the class ${className}, which is that of "${config.name}".`,
      expected: Object.values(rows)
        .map((row) => row.className)
        .join(", "),
      received: className,
      fix: "Use operations or layers that Fovea has as well, and save the model again.",
    });
  }
  const [operation, row] = found;
  const uses = nodes.map((node) => operandsIn(node, className, title));
  const [first] = uses;
  const same = uses.every((use) => JSON.stringify(use.rest) === JSON.stringify(first.rest));
  if (first === undefined || !same) {
    refuse({
      what: `The use of ${title} is not described.`,
      expected: "one use, or several with the same numbers",
      received: nodes,
    });
  }
  const { operands, settings } = first.rest;
  const isMixed =
    operands.some((one) => one !== null) && operationRows[operation].operands !== "list";
  const options = decodeOptions(row, { ...config, ...settings.fromUse }, title);
  return {
    unit: {
      kind: operationKind,
      options: {
        name: config.name,
        operation,
        ...(isMixed ? { operands } : {}),
        settings: { ...options, ...settings.own },
      },
    },
    inputs: uses.map((use) => use.tensors),
  };
}

/** What a use says: tensors, and all the rest. */
function operandsIn(node: unknown, className: string, title: string) {
  const { args, kwargs } = recordOf(node, `The use of ${title}`);
  const given = listIn(args, `The use of ${title}`);
  const isSlice = className === "GetItem";
  const list = Array.isArray(given[0]) ? given[0] : isSlice ? given.slice(0, 1) : given;
  const tensors: TensorReference[] = [];
  const operands = list.map((value): Constant | null => {
    const reference = referenceOf(value);
    if (reference === undefined) return constantIn(value, title);
    tensors.push(reference);
    return null;
  });
  const fromUse = recordOf(kwargs ?? {}, `The use of ${title}`);
  const own = isSlice ? { key: keyIn(given[1], title) } : {};
  return { tensors, rest: { operands, settings: { fromUse, own } } };
}

function constantIn(value: unknown, title: string): Constant {
  if (typeof value === "number") return value;
  if (typeof value === "object" && value !== null && "class_name" in value) {
    const { className, config } = objectIn(value, title);
    const isArray = className === "__numpy__" || className === "__tensor__";
    if (isArray && config.value !== undefined) return config.value as Constant;
  }
  return refuse({
    what: `What ${title} works on is neither a tensor of the model nor numbers.`,
    expected: "tensors of the model, and numbers",
    received: value,
  });
}

/** `x[:, ::2]` as a file says it → `:, ::2`. */
function keyIn(value: unknown, title: string): string {
  const parts = (Array.isArray(value) ? value : [value]).map((part): KeyPart => {
    if (part === null) return "newaxis";
    if (typeof part === "number") return part;
    const { className, config } = objectIn(part, title);
    if (className === "__ellipsis__") return "...";
    if (className === "__slice__") {
      const [start, stop, step] = ["start", "stop", "step"].map((end) =>
        typeof config[end] === "number" ? config[end] : undefined,
      );
      return { start, stop, step };
    }
    return refuse({
      what: `The slice of ${title} is not one that Fovea can take.`,
      expected: "whole numbers, ranges, newaxis or an ellipsis",
      received: part,
    });
  });
  return formatKey(parts);
}

/** Where a split is cut. */
export function splitIn(config: Config) {
  const { indices_or_sections: sections, axis = 0 } = config;
  const isOne = Number.isSafeInteger(sections);
  const isList = Array.isArray(sections) && sections.every(Number.isSafeInteger);
  if ((isOne || isList) && Number.isSafeInteger(axis)) {
    return { sections: sections as number | readonly number[], axis: Number(axis) };
  }
  return refuse({
    what: `The operation "${config.name}" (${splitClass}) is not described.`,
    expected: "indices_or_sections and axis",
    received: config,
  });
}

const shapeKey = (part: KeyPart): unknown => {
  if (part === "newaxis") return null;
  if (part === "...") return { class_name: "__ellipsis__", config: {} };
  if (typeof part === "number") return part;
  const { start = null, stop = null, step = null } = part;
  return { class_name: "__slice__", config: { start, stop, step } };
};

/** An operation as a file of Keras 3 keeps it. */
export function encodeOperation({ options }: UnitConfig): Config {
  const { name, operation, settings = {} } = options as OperationOptions;
  const { className, module } = operationRows[operation];
  const { key: _, constantValues: __, ...own } = settings;
  const config = encodeOptions(rows[operation], own, `the operation "${name}"`, "keras3");
  return {
    module:
      module === "activations" ? "keras.src.activations.activations" : `keras.src.ops.${module}`,
    class_name: className,
    config: { name, ...config },
    registered_name: className,
  };
}

/** What an operation is applied to, with its `tensors` as a file keeps them. */
export function encodeOperands(options: object, tensors: readonly unknown[]): Config {
  const { operation, operands, settings = {} } = options as OperationOptions;
  const kwargs =
    settings.constantValues === undefined ? {} : { constant_values: settings.constantValues };
  if (operationRows[operation].operands === "list") return { args: [tensors], kwargs };
  const left = [...tensors];
  const args = (operands ?? tensors.map(() => null)).map((one) =>
    one === null ? left.shift() : encodeConstant(one),
  );
  if (typeof settings.key !== "string") return { args, kwargs };
  return { args: [...args, (parseKey(settings.key) ?? []).map(shapeKey)], kwargs };
}

function encodeConstant(value: Constant): unknown {
  if (typeof value === "number") return value;
  return { class_name: "__numpy__", config: { value, dtype: "float32" } };
}
