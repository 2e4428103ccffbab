// Examples on their way to a device: all of them where they fit, else a ring of batches that is filled as steps
// need them.

import { ConfigError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Engine, ExampleValues, ResidentExamples, Role } from "./engine.ts";
import type { Feed } from "./feed.ts";
import type { Head } from "./heads.ts";
import type { OrderedExamples } from "./model-examples.ts";
import type { RowReader } from "./read-ahead.ts";
import { fillRows, prepareInput } from "./residency.ts";
import { ringBatches, Staging } from "./staging.ts";
import { prepareTargets } from "./targets.ts";
import { type ClassWeighting, weightsOf } from "./weights.ts";

/** Bytes of examples that stay on the device while a run lasts; more than these pass through a ring. */
const residentBytes = 2 ** 31;

/** What examples are placed for. */
export interface PlacementOptions {
  /** What they are compared by; none where they are to predict from. */
  readonly heads: readonly Head[];
  readonly weighting?: ClassWeighting;
  /** Rows of one step at most. */
  readonly batchSize: number;
}

/**
 * Puts examples on the device, with their weights: all of them, or a ring of batches.
 *
 * @throws DataError where the targets do not fit the losses, ConfigError where classes are weighed that
 * cannot be.
 */
export async function place(
  engine: Engine,
  role: Role,
  feed: Feed,
  options: PlacementOptions,
): Promise<ResidentExamples> {
  if (options.weighting?.classWeights !== undefined) requireOneHead(options.heads);
  const { whole } = feed;
  if (whole === undefined || bytesOf(whole) > residentBytes) {
    return placeRing(engine, role, feed, options);
  }
  const values = prepare(whole, options, options.weighting?.count ?? 0);
  const placed = await engine.reserve(role, feed.count, values);
  const residents = listOf({ ...placed, x: placed.inputs, y: placed.targets });
  for (const [i, tensor] of listOf(values).entries()) {
    const resident = residents[i];
    if (resident === undefined || tensor === undefined) continue;
    await fillRows(engine.device, resident, tensor, 0, feed.count);
  }
  return placed;
}

/** Room for two batches, which whoever runs a program fills. */
async function placeRing(
  engine: Engine,
  role: Role,
  feed: Feed,
  options: PlacementOptions,
): Promise<ResidentExamples> {
  const { weighting } = options;
  const read = async (rows: Int32Array) => {
    // Rows that are held back come in batches of their own, and weigh 1.
    const weighed = rows[0] < (weighting?.count ?? 0) ? rows.length : 0;
    return prepare(await feed.read(rows), options, weighed);
  };
  const reader: RowReader = {
    count: feed.count,
    isSequential: feed.isSequential,
    read: async (rows) => listOf(await read(rows)),
  };
  const batch = Math.min(options.batchSize, feed.count);
  const like =
    feed.sample === undefined ? await read(Int32Array.of(0)) : prepare(feed.sample(), options, 1);
  const placed = await engine.reserve(role, ringBatches * batch, like);
  const residents = listOf({ ...placed, x: placed.inputs, y: placed.targets });
  const staging = new Staging({ device: engine.device, reader, batch, residents });
  return engine.feed(role, { staging, batch });
}

/** Examples as programs take them; the first `weighed` rows count by their classes. */
function prepare(
  { x, y, sampleWeights }: OrderedExamples,
  { heads, weighting }: PlacementOptions,
  weighed: number,
): Required<ExampleValues> {
  const classWeights = weighting?.classWeights;
  return {
    x: x.map(prepareInput),
    y: heads.map(({ loss, outputShape }, i) => prepareTargets(y[i], loss, outputShape)),
    weights: heads.map(({ loss, outputShape }, i) =>
      weightsOf(
        { targets: y[i], sampleWeights: sampleWeights[i], loss, outputShape },
        { classWeights, count: weighed },
      ),
    ),
  };
}

/** Inputs, targets and weights in a row. */
function listOf<T>(values: {
  readonly x: readonly T[];
  readonly y: readonly T[];
  readonly weights: readonly (T | undefined)[];
}): readonly (T | undefined)[] {
  return [...values.x, ...values.y, ...values.weights];
}

function bytesOf({ x, y, sampleWeights }: OrderedExamples): number {
  const bytes = (tensor: Tensor | undefined) =>
    tensor === undefined ? 0 : sizeOf(tensor.shape) * tensor.data.BYTES_PER_ELEMENT;
  return [...x, ...y, ...sampleWeights].reduce((sum, tensor) => sum + bytes(tensor), 0);
}

/** @throws ConfigError where several outputs are trained: it is not said which one's classes weigh. */
function requireOneHead(heads: readonly Head[]): void {
  if (heads.length === 1) return;
  throw new ConfigError({
    what: "The option classWeights cannot be used.",
    expected: "one output that is trained",
    received: heads.map(({ name }) => name).join(", "),
    fix: "give the examples sampleWeights, by the names of the outputs",
  });
}
