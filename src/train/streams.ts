// Examples that come batch after batch, from generators and other iterables: nobody knows how many there are, and none can
// be had again.

import { dtypeOf, type NumericArray } from "../core/dtype.ts";
import { ConfigError, DataError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { RowType, Source, SourceRows, SourceTypes } from "../data/source.ts";
import type { BatchStream } from "./batch-stream.ts";

/** The batches of a stream to its end, or so many of them. */
export async function* batchesIn(
  stream: BatchStream,
  steps = Number.POSITIVE_INFINITY,
): AsyncGenerator<SourceRows> {
  const batches = iterableOf(stream);
  let step = 0;
  if (step >= steps) return;
  for await (const rows of batches) {
    requireRows(rows);
    yield rows;
    step++;
    if (step >= steps) return;
  }
  if (step > 0) return;
  throw ended(0);
}

/** A stream as a source of `steps` batches, and how many rows each has. */
export interface StreamSource extends Source {
  readonly batchSize: number;
}

/**
 * A stream as a source whose rows are the next ones, whatever their numbers: they have to be asked for in order. Where it
 * ends it begins anew, if it can.
 *
 * @param option the option that says how many steps there are; it is for messages.
 * @throws ConfigError where that is not said, DataError where there is no batch.
 */
export async function streamSource(
  stream: BatchStream,
  steps: number | undefined,
  option: string,
): Promise<StreamSource> {
  if (steps === undefined) {
    throw new ConfigError({
      what: "It is not known how many batches the generator gives.",
      expected: `the option ${option}: how many batches are taken`,
      received: "none",
    });
  }
  const reader = new StreamReader(stream);
  const first = await reader.next();
  const batchSize = rowsIn(first);
  let waiting: SourceRows | undefined = first;
  return {
    count: steps * batchSize,
    batchSize,
    isSequential: true,
    types: typesOf(first),
    async read({ length }) {
      let rows = waiting ?? (await reader.next());
      // Batches of a step may be others than those of the generator.
      while (rowsIn(rows) < length) rows = together(rows, await reader.next());
      const count = rowsIn(rows);
      waiting = count > length ? partOf(rows, length, count) : undefined;
      return count > length ? partOf(rows, 0, length) : rows;
    },
  };
}

/** Rows of several tensors one below the other, `[N₁, …], [N₂, …] → [N₁ + N₂ + …, …]`. */
export function joined<T extends Tensor>(tensors: readonly T[]): T {
  const [first] = tensors;
  const [, ...row] = first.shape;
  const length = tensors.reduce((sum, one) => sum + one.data.length, 0);
  const data = new (first.data.constructor as new (length: number) => NumericArray)(length);
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.length;
  }
  const rows = tensors.reduce((sum, { shape }) => sum + shape[0], 0);
  return { ...first, data, shape: [rows, ...row] };
}

/** Two batches as one. */
function together(a: SourceRows, b: SourceRows): SourceRows {
  return mapRows(a, (values, name) => {
    const others = b[name];
    if (others === undefined) return values;
    const second = tensorsIn(others);
    let at = 0;
    return mapValues(values, (tensor) => joined([tensor, second[at++]]));
  });
}

/** The rows [from, to) of a batch. */
function partOf(rows: SourceRows, from: number, to: number): SourceRows {
  const cut = ({ data, shape: [, ...row] }: Tensor): Tensor => {
    const size = sizeOf(row);
    return { data: data.subarray(from * size, to * size), shape: [to - from, ...row] };
  };
  return mapRows(rows, (values) => mapValues(values, cut));
}

function mapRows(
  { x, y, sampleWeights }: SourceRows,
  map: (values: Values, name: keyof SourceRows) => Values,
): SourceRows {
  return {
    x: map(x, "x"),
    ...(y !== undefined && { y: map(y, "y") }),
    ...(sampleWeights !== undefined && { sampleWeights: map(sampleWeights, "sampleWeights") }),
  };
}

function mapValues(values: Values, map: (tensor: Tensor) => Tensor): Values {
  if (isTensor(values)) return map(values);
  if (Array.isArray(values)) return values.map(map);
  return Object.fromEntries(Object.entries(values).map(([name, one]) => [name, map(one)]));
}

class StreamReader {
  readonly #stream: BatchStream;
  #batches: AsyncIterator<SourceRows> | Iterator<SourceRows>;
  #given = 0;

  constructor(stream: BatchStream) {
    this.#stream = stream;
    this.#batches = begin(stream);
  }

  async next(): Promise<SourceRows> {
    let result = await this.#batches.next();
    if (result.done) {
      this.#batches = begin(this.#stream);
      result = await this.#batches.next();
    }
    if (result.done) throw ended(this.#given);
    requireRows(result.value);
    this.#given++;
    return result.value;
  }
}

/** What a stream is gone through by. @throws DataError where a function gives nothing of the kind. */
function iterableOf(stream: BatchStream): AsyncIterable<SourceRows> | Iterable<SourceRows> {
  const batches: unknown = typeof stream === "function" ? stream() : stream;
  const isObject = typeof batches === "object" && batches !== null;
  if (isObject && (Symbol.asyncIterator in batches || Symbol.iterator in batches)) {
    return batches as AsyncIterable<SourceRows> | Iterable<SourceRows>;
  }
  throw new DataError({
    what: "The function gives no batches.",
    expected: "a generator, or another iterable of { x, y }",
    received: outlineOf(batches),
  });
}

function begin(stream: BatchStream): AsyncIterator<SourceRows> | Iterator<SourceRows> {
  const batches = iterableOf(stream);
  return Symbol.asyncIterator in batches
    ? batches[Symbol.asyncIterator]()
    : batches[Symbol.iterator]();
}

type Values = SourceRows["x"];

const isTensor = (values: Values): values is Tensor => "data" in values && "shape" in values;

function tensorsIn(values: Values): Tensor[] {
  return isTensor(values) ? [values] : Object.values(values);
}

const rowsIn = ({ x }: SourceRows): number => tensorsIn(x)[0].shape[0];

function typesOf({ x, y, sampleWeights }: SourceRows): SourceTypes {
  return {
    x: typesIn(x),
    ...(y !== undefined && { y: typesIn(y) }),
    ...(sampleWeights !== undefined && { sampleWeights: typesIn(sampleWeights) }),
  };
}

function typesIn(values: Values): SourceTypes["x"] {
  const typeOf = ({ data, shape }: Tensor): RowType => ({
    shape: shape.slice(1),
    dtype: dtypeOf(data),
  });
  if (isTensor(values)) return typeOf(values);
  if (Array.isArray(values)) return values.map(typeOf);
  return Object.fromEntries(Object.entries(values).map(([name, tensor]) => [name, typeOf(tensor)]));
}

/** @throws DataError unless it is a batch. */
function requireRows(rows: SourceRows): void {
  const x: unknown = typeof rows === "object" && rows !== null ? rows.x : undefined;
  const isBatch =
    typeof x === "object" &&
    x !== null &&
    tensorsIn(x as Values).every((one) => one?.shape?.[0] > 0);
  if (isBatch) return;
  throw new DataError({
    what: "A generator gave something that is no batch.",
    expected: "{ x, y }: tensors with a row for each example",
    received: outlineOf(rows),
  });
}

function ended(given: number): DataError {
  return new DataError({
    what: given === 0 ? "The generator gives no batch." : "The generator has come to its end.",
    expected: given === 0 ? "at least one batch" : "as many batches as there are steps",
    received: `${given} batches`,
    fix: "Pass the function that makes the generator, so that it can begin anew, or take fewer steps.",
  });
}
