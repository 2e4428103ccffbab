// Examples as a model takes them, wherever they come from: all at once where they are arrays, and rows by their
// numbers in any case. Knows no device.

import { allocate } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { isSource, type RowType, type Source, type SourceTypes } from "../data/source.ts";
import type { InputValues, ModelExamples, OrderedExamples } from "./model-examples.ts";
import { orderFor, orderInputs, type Receiver } from "./ordering.ts";
import type { TrainingSettings } from "./settings.ts";

/** Examples in the order of a model. */
export interface Feed {
  readonly count: number;
  /** All of them, where they are arrays. */
  readonly whole?: OrderedExamples;
  /** Whether each call of `read` gives the next rows, so that none can be had again. */
  readonly isSequential: boolean;
  /** A row like those that will be read, where that is known before. */
  readonly sample?: () => OrderedExamples;
  /** Rows of them, in that order. @throws DataError where they do not fit the model. */
  read(rows: Int32Array): Promise<OrderedExamples>;
}

/** Examples to train on or to evaluate; `what` begins messages. @throws DataError where they do not fit. */
export function feedOf(
  model: Receiver,
  examples: ModelExamples | Source,
  settings: TrainingSettings,
  what: string,
): Feed {
  if (!isSource(examples)) return wholeFeed(orderFor(model, examples, settings, what));
  return sourceFeed(examples, what, (rows) =>
    orderFor(model, rows as ModelExamples, settings, what),
  );
}

/** Inputs to predict from; `what` begins messages. @throws DataError where they do not fit. */
export function inputFeedOf(model: Receiver, x: InputValues | Source, what: string): Feed {
  const inputsAlone = (inputs: readonly Tensor[]): OrderedExamples => ({
    x: inputs,
    y: [],
    sampleWeights: [],
    count: inputs[0].shape[0],
  });
  if (!isSource(x)) return wholeFeed(inputsAlone(orderInputs(model, x, what)));
  return sourceFeed(x, what, (rows) => inputsAlone(orderInputs(model, rows.x, what)));
}

export function wholeFeed(whole: OrderedExamples): Feed {
  return {
    count: whole.count,
    isSequential: false,
    whole,
    read: async (rows) => ({
      x: whole.x.map((tensor) => rowsOf(tensor, rows)),
      y: whole.y.map((tensor) => rowsOf(tensor, rows)),
      sampleWeights: whole.sampleWeights.map((tensor) => tensor && rowsOf(tensor, rows)),
      count: rows.length,
    }),
  };
}

function sourceFeed(
  source: Source,
  what: string,
  order: (rows: Awaited<ReturnType<Source["read"]>>) => OrderedExamples,
): Feed {
  const { count } = source;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new DataError({
      what: `${what} cannot be read: the source does not say how many examples it has.`,
      expected: "a count that is a whole number of at least 1",
      received: outlineOf(count),
    });
  }
  const { types, isSequential = false } = source;
  return {
    count,
    isSequential,
    ...(types !== undefined && { sample: () => order(rowLike(types)) }),
    async read(rows) {
      const ordered = order(await source.read(rows));
      if (ordered.count === rows.length) return ordered;
      throw new DataError({
        what: `${what} cannot be read: the source gave another number of rows than it was asked for.`,
        expected: `${rows.length} rows`,
        received: String(ordered.count),
      });
    },
  };
}

/** One row of zeros for each type. */
function rowLike({ x, y, sampleWeights }: SourceTypes): Awaited<ReturnType<Source["read"]>> {
  return {
    x: zerosLike(x),
    ...(y !== undefined && { y: zerosLike(y) }),
    ...(sampleWeights !== undefined && { sampleWeights: zerosLike(sampleWeights) }),
  };
}

function zerosLike(types: SourceTypes["x"]): InputValues {
  if (isRowType(types)) {
    const { shape, dtype } = types;
    return { data: allocate(dtype, sizeOf(shape)), shape: [1, ...shape] };
  }
  const zeros = (type: RowType) => zerosLike(type) as Tensor;
  if (Array.isArray(types)) return types.map(zeros);
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, zeros(type)]));
}

const isRowType = (types: SourceTypes["x"]): types is RowType =>
  "dtype" in types && typeof types.dtype === "string";

/** Rows of a tensor, copied. */
function rowsOf({ data, shape }: Tensor, rows: Int32Array): Tensor {
  const size = sizeOf(shape.slice(1));
  const copy = data.slice(0, rows.length * size);
  rows.forEach((row, i) => {
    copy.set(data.subarray(row * size, (row + 1) * size), i * size);
  });
  return { data: copy, shape: [rows.length, ...shape.slice(1)] };
}
