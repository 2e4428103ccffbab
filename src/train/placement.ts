// Examples on their way to a device: in the model's order, checked, and copied.

import { ConfigError, DataError } from "../core/errors.ts";
import type { Network } from "../nn/network.ts";
import { acceptsOtherSizes, type Preprocess } from "../nn/preprocess.ts";
import type { Engine, ResidentExamples, Role } from "./engine.ts";
import type { Head } from "./heads.ts";
import {
  type InputValues,
  inOrder,
  type ModelExamples,
  type OrderedExamples,
  orderExamples,
} from "./model-examples.ts";
import { checkInputs, fillRows, prepareInput } from "./residency.ts";
import type { TrainingSettings } from "./settings.ts";
import { prepareTargets } from "./targets.ts";
import { type ClassWeighting, weightsOf } from "./weights.ts";

/** Who takes examples: a network, and what is done to its inputs first. */
interface Receiver {
  readonly network: Network;
  readonly preprocess: readonly (Preprocess | undefined)[];
}

/** @throws DataError unless each input is shaped as the network's. */
function checkAll({ network, preprocess }: Receiver, x: OrderedExamples["x"]): void {
  const { inputs, inputNames } = network;
  x.forEach((values, i) => {
    const name = inputs.length === 1 ? [] : [`the model's input "${inputNames[i]}"`];
    const [, ...channels] = inputs[i].shape.slice(1);
    // Images of other sizes are resized.
    const resized = acceptsOtherSizes(preprocess[i]) && values.shape.length === 4;
    const shape = resized ? [...values.shape.slice(1, 3), ...channels] : inputs[i].shape;
    checkInputs(values, shape, ...name);
  });
}

/**
 * The inputs in the network's order; `what` begins messages.
 *
 * @throws DataError where they do not fit the network, or each other.
 */
export function orderInputs(model: Receiver, x: InputValues, what: string): OrderedExamples["x"] {
  const inputs = inOrder(x, model.network.inputNames, what);
  checkAll(model, inputs);
  const counts = inputs.map(({ shape }) => shape[0]);
  if (counts.every((count) => count === counts[0])) return inputs.map(prepareInput);
  throw new DataError({
    what: `${what} do not have as many rows as each other.`,
    expected: `${counts[0]} rows each`,
    received: counts.join(", "),
  });
}

/**
 * The examples in the order of the network's inputs and of the heads; `what` begins messages.
 *
 * @throws DataError where they do not fit the network, or each other.
 */
export function orderFor(
  model: Receiver,
  examples: ModelExamples,
  { heads }: TrainingSettings,
  what: string,
): OrderedExamples {
  const answered = heads.map(({ name }) => name);
  const ordered = orderExamples(examples, model.network.inputNames, answered, what);
  checkAll(model, ordered.x);
  return ordered;
}

/**
 * Puts examples on the device, with their weights.
 *
 * @throws DataError where the targets do not fit the losses, ConfigError where classes are weighed that
 * cannot be.
 */
export async function place(
  engine: Engine,
  role: Role,
  { x, y, sampleWeights, count }: OrderedExamples,
  { heads }: TrainingSettings,
  weighting?: ClassWeighting,
): Promise<ResidentExamples> {
  if (weighting?.classWeights !== undefined) requireOneHead(heads);
  const targets = heads.map(({ loss, outputShape }, i) => prepareTargets(y[i], loss, outputShape));
  const weights = heads.map(({ loss, outputShape }, i) =>
    weightsOf({ targets: y[i], sampleWeights: sampleWeights[i], loss, outputShape }, weighting),
  );
  const inputs = x.map(prepareInput);
  const placed = await engine.reserve(role, count, { x: inputs, y: targets, weights });
  const residents = [...placed.inputs, ...placed.targets, ...placed.weights];
  for (const [i, values] of [...inputs, ...targets, ...weights].entries()) {
    const resident = residents[i];
    if (resident === undefined || values === undefined) continue;
    await fillRows(engine.device, resident, values, 0, count);
  }
  return placed;
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
