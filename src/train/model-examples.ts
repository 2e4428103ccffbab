// Examples for models with any number of inputs and outputs. Data sets are the case of one input and one
// target.

import { DataError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import { requireNumbers, type Tensor } from "../core/tensor.ts";
import { checkExamples } from "../data/examples.ts";

/** One tensor, several in the model's order, or by name. */
export type Values<T extends Tensor> = T | readonly T[] | Readonly<Record<string, T>>;

/**
 * `[N, …]` for each input. The numbers of every typed array are taken as they are, in f32, bytes as 0 to
 * 255; the model's `preprocess` may scale them.
 */
export type InputValues = Values<Tensor>;

/** Inputs with their targets, row by row; `y` holds what each output should be. */
export interface ModelExamples {
  readonly x: InputValues;
  /** Taken as they are: the model's `preprocess` is for inputs alone. */
  readonly y: Values<Tensor>;
  /**
   * How much each example counts, `[N]`, or each place of an target, `[N, …]`: at least 0. Default: 1.
   * One for every output, a list in their order, or a record for some by name.
   */
  readonly sampleWeights?: Values<Tensor>;
  /** The name of class `i` at index `i`, where there is one target. */
  readonly classNames?: readonly string[];
}

/** The same, in the order of the model. */
export interface OrderedExamples {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
  /** For each target; nothing where all count alike. */
  readonly sampleWeights: readonly (Tensor | undefined)[];
  readonly count: number;
}

const isOne = <T extends Tensor>(values: Values<T> | null | undefined): values is T =>
  isGroup(values) && "data" in values && "shape" in values && Array.isArray(values.shape);

/** Whether `value` is a list or a record, rather than bare numbers. */
function isGroup(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

/** @throws DataError unless `values` are one tensor, or a list or a record of them. */
function requireTensors<T extends Tensor>(values: Values<T>, expected: string, what: string): void {
  const parts: T[] = isOne(values) || !isGroup(values) ? [values] : Object.values(values);
  const wrong = parts.filter((part) => !isOne(part));
  if (wrong.length === 0) {
    for (const { data } of parts) requireNumbers(data, `${what}: the data of a tensor`);
    return;
  }
  throw new DataError({
    what: `${what}: this is no tensor.`,
    expected: `${expected}, as tensor(data, shape) makes it`,
    received: outlineOf(wrong[0]),
  });
}

/** @throws DataError unless both inputs and targets are there. */
function requireBoth(examples: Partial<ModelExamples> | undefined, what: string): void {
  const parts = ["x", "y"] as const;
  const missing = parts.filter((part) => (examples?.[part] ?? undefined) === undefined);
  if (missing.length === 0) return;
  throw new DataError({
    what: `${what} comes without ${missing.join(" and ")}.`,
    expected: "{ x, y }: the inputs, and the targets that belong to them",
    received: outlineOf(examples),
  });
}

/**
 * `values` in the order of `names`; `what` begins messages.
 *
 * @throws DataError where one is missing, no tensor, or one too many.
 */
export function inOrder<T extends Tensor>(
  values: Values<T>,
  names: readonly string[],
  what: string,
): readonly T[] {
  const list = isOne(values) ? [values] : values;
  const expected = `${names.length === 1 ? "one tensor" : `${names.length} tensors`} for ${names.join(", ")}`;
  requireTensors(list, expected, what);
  if (Array.isArray(list)) {
    if (list.length === names.length) return list;
    throw new DataError({
      what: `${what}: there are not as many tensors as the model needs.`,
      expected,
      received: `${list.length} tensors`,
    });
  }
  const record = list as Readonly<Record<string, T>>;
  const missing = names.find((name) => !Object.hasOwn(record, name));
  const unknown = Object.keys(record).find((name) => !names.includes(name));
  if (missing === undefined && unknown === undefined) return names.map((name) => record[name]);
  throw new DataError({
    what: `${what}: the names are not those of the model.`,
    expected,
    received: Object.keys(record).join(", ") || "no names",
  });
}

/** The weights of each output's targets. @throws DataError where they are of none. */
function weightsInOrder(
  weights: ModelExamples["sampleWeights"],
  outputNames: readonly string[],
  what: string,
): OrderedExamples["sampleWeights"] {
  if (weights === undefined) return outputNames.map(() => undefined);
  if (isOne(weights)) {
    const [one] = inOrder(weights, ["each example"], what);
    return outputNames.map(() => one);
  }
  if (Array.isArray(weights)) return inOrder(weights, outputNames, what);
  const record = weights as Readonly<Record<string, Tensor>>;
  const given = outputNames.filter((name) => Object.hasOwn(record, name));
  inOrder(record, given, what);
  return outputNames.map((name) => (Object.hasOwn(record, name) ? record[name] : undefined));
}

/**
 * Examples in the model's order: inputs by `inputNames`, targets by `outputNames`.
 *
 * @throws DataError where names, counts or sizes do not fit each other; `what` begins the message.
 */
export function orderExamples(
  examples: ModelExamples,
  inputNames: readonly string[],
  outputNames: readonly string[],
  what: string,
): OrderedExamples {
  requireBoth(examples, what);
  const { x, y, sampleWeights, classNames } = examples;
  const inputs = inOrder(x, inputNames, `${what}: x`);
  const targets = inOrder(y, outputNames, `${what}: y`);
  const weights = weightsInOrder(sampleWeights, outputNames, `${what}: sampleWeights`);
  const names = classNames === undefined || targets.length > 1 ? {} : { classNames };
  const check = (input: number, target: number, title: string) => {
    const given = weights[target];
    const weighed = given === undefined ? {} : { sampleWeights: given };
    checkExamples({ x: inputs[input], y: targets[target], ...weighed, ...names }, title);
  };
  inputs.forEach((_, i) => {
    check(i, 0, inputs.length === 1 ? what : `${what}, "${inputNames[i]}"`);
  });
  for (let i = 1; i < targets.length; i++) check(0, i, `${what}, "${outputNames[i]}"`);
  return { x: inputs, y: targets, sampleWeights: weights, count: inputs[0].shape[0] };
}
