// What layers are applied to, as Keras's files say it: `inbound_nodes` of Keras 3 and of Keras 2.

import type { TensorReference } from "../../nn/network-config.ts";
import { listIn, recordOf, refuse } from "../refuse.ts";

/** The inputs of each use of the layer `name`. */
export function decodeNodes(
  nodes: readonly unknown[],
  name: string,
): readonly (readonly TensorReference[])[] {
  return nodes.map((node) => {
    const inputs = Array.isArray(node) ? decodeOldNode(node, name) : decodeNode(node, name);
    if (inputs.length > 0) return inputs;
    return refuse({
      what: `The layer "${name}" is applied to nothing.`,
      expected: "a tensor of the model",
      received: node,
    });
  });
}

/** Keras 3: `{ args, kwargs }` with tensors in them. */
function decodeNode(node: unknown, name: string): readonly TensorReference[] {
  const { args, kwargs } = recordOf(node, `The use of "${name}"`);
  const { training: _, ...others } = recordOf(kwargs ?? {}, `The use of "${name}"`);
  // Keras 3 stores whether it trains with some layers, and overrules it whenever a model is called.
  requireQuiet(others, name);
  return listIn(args, `The use of "${name}"`)
    .flatMap(tensorsIn)
    .map((value) => {
      const reference = referenceOf(value);
      if (reference !== undefined) return reference;
      return refuse({
        what: `The layer "${name}" is applied to something that is no tensor of the model.`,
        expected: "tensors of the model",
        received: value,
        fix: "Call layers with tensors alone in Keras, and save the model again.",
      });
    });
}

/** A tensor in a file of Keras 3; undefined for anything else. */
export function referenceOf(value: unknown): TensorReference | undefined {
  if (typeof value !== "object" || value === null || !("class_name" in value)) return undefined;
  if (value.class_name !== "__keras_tensor__" || !("config" in value)) return undefined;
  const { keras_history: history } = (value.config ?? {}) as { readonly keras_history?: unknown };
  return isReference(history) ? history : undefined;
}

/** Keras 2: `[[name, use, index, {}], …]`. */
function decodeOldNode(node: readonly unknown[], name: string): readonly TensorReference[] {
  return node.map((input) => {
    const [layer, use, index, kwargs] = listIn(input, `An input of "${name}"`);
    requireQuiet(recordOf(kwargs ?? {}, `The use of "${name}"`), name);
    const reference = [layer, use, index];
    if (isReference(reference)) return reference;
    return refuse({
      what: `An input of "${name}" is not described.`,
      expected: "[layer, use, result]",
      received: input,
    });
  });
}

/** Layers may be told how to work at each use; Fovea's are not. */
function requireQuiet(kwargs: Readonly<Record<string, unknown>>, name: string): void {
  for (const [key, value] of Object.entries(kwargs)) {
    if (value === null || value === false) continue;
    refuse({
      what: `The layer "${name}" is used with ${key}, which Fovea cannot do.`,
      expected: "null, or false",
      received: value,
      fix: "Call the layer without it in Keras, and save the model again.",
    });
  }
}

function isReference(value: unknown): value is TensorReference {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, use, index] = value;
  const counts = [use, index].every((one) => Number.isSafeInteger(one) && one >= 0);
  return typeof name === "string" && name !== "__proto__" && counts;
}

/** What stands in lists, and in records, which a network with several inputs may be called with. */
function tensorsIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flat(2).flatMap(valuesIn);
  return valuesIn(value);
}

function valuesIn(value: unknown): readonly unknown[] {
  const isRecord = typeof value === "object" && value !== null && !("class_name" in value);
  return isRecord
    ? sortedKeys(value).map((key) => (value as Record<string, unknown>)[key])
    : [value];
}

/** Keras takes what is in a record by the sorted keys, whatever the order in the file. */
export function sortedKeys(record: object): readonly string[] {
  return Object.keys(record).sort();
}

/** References as files list them: one alone, a list, or a record. */
export function referencesIn(value: unknown, what: string): readonly TensorReference[] {
  if (isReference(value)) return [value];
  const record = Array.isArray(value) ? {} : recordOf(value, what);
  const several = Array.isArray(value) ? value : sortedKeys(record).map((key) => record[key]);
  if (several.length > 0 && several.every(isReference)) return several;
  return refuse({
    what: `${what} is not one that Fovea can use.`,
    expected: "[layer, use, result], a list or a record of them",
    received: value,
  });
}
