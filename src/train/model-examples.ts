// Examples for models with any number of inputs and outputs. Floor 5. Data sets are the case of one
// input and one answer.

import { DataError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkExamples, type Examples } from "../data/examples.ts";

/** One tensor, several in the model's order, or by name. */
export type Values<T extends Tensor> = T | readonly T[] | Readonly<Record<string, T>>;

/** `[N, …]` for each input. A u8 value from 0 to 255 is scaled to 0 to 1; f32 is kept. */
export type InputValues = Values<Examples["x"]>;

/** Inputs with their answers, row by row; `y` holds what each output should be. */
export interface ModelExamples {
  readonly x: InputValues;
  readonly y: Values<Examples["y"]>;
  /** The name of class `i` at index `i`, where there is one answer. */
  readonly classNames?: readonly string[];
}

/** The same, in the order of the model. */
export interface OrderedExamples {
  readonly x: readonly Examples["x"][];
  readonly y: readonly Examples["y"][];
  readonly count: number;
}

const isOne = <T extends Tensor>(values: Values<T>): values is T =>
  "data" in values && "shape" in values && Array.isArray(values.shape);

/**
 * `values` in the order of `names`; `what` begins messages.
 *
 * @throws DataError where one is missing, or one is too many.
 */
export function inOrder<T extends Tensor>(
  values: Values<T>,
  names: readonly string[],
  what: string,
): readonly T[] {
  const list = isOne(values) ? [values] : values;
  const expected = `${names.length === 1 ? "one tensor" : `${names.length} tensors`} for ${names.join(", ")}`;
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
    received: Object.keys(record).join(", "),
  });
}

/**
 * Examples in the model's order: inputs by `inputNames`, answers by `outputNames`.
 *
 * @throws DataError where names, counts or sizes do not fit each other; `what` begins the message.
 */
export function orderExamples(
  { x, y, classNames }: ModelExamples,
  inputNames: readonly string[],
  outputNames: readonly string[],
  what: string,
): OrderedExamples {
  const inputs = inOrder(x, inputNames, `${what}: x`);
  const answers = inOrder(y, outputNames, `${what}: y`);
  const names = classNames === undefined ? {} : { classNames };
  inputs.forEach((input, i) => {
    const named = inputs.length === 1 ? what : `${what}, "${inputNames[i]}"`;
    checkExamples({ x: input, y: answers[0], ...(answers.length === 1 ? names : {}) }, named);
  });
  answers.slice(1).forEach((answer, i) => {
    checkExamples({ x: inputs[0], y: answer }, `${what}, "${outputNames[i + 1]}"`);
  });
  return { x: inputs, y: answers, count: inputs[0].shape[0] };
}
