// Examples on their way to a device: in the model's order, checked, and copied. Floor 5.

import { DataError } from "../core/errors.ts";
import type { Network } from "../nn/network.ts";
import type { Engine, ResidentExamples, Role, TrainingSettings } from "./engine.ts";
import {
  type InputValues,
  inOrder,
  type ModelExamples,
  type OrderedExamples,
  orderExamples,
} from "./model-examples.ts";
import { checkInputs, fillRows, prepareAnswers } from "./residency.ts";

/** @throws DataError unless each input is shaped as the network's. */
function checkAll({ inputs, inputNames }: Network, x: OrderedExamples["x"]): void {
  x.forEach((values, i) => {
    const name = inputs.length === 1 ? [] : [`the model's input "${inputNames[i]}"`];
    checkInputs(values, inputs[i].shape, ...name);
  });
}

/**
 * The inputs in the network's order; `what` begins messages.
 *
 * @throws DataError where they do not fit the network, or each other.
 */
export function orderInputs(network: Network, x: InputValues, what: string): OrderedExamples["x"] {
  const inputs = inOrder(x, network.inputNames, what);
  checkAll(network, inputs);
  const counts = inputs.map(({ shape }) => shape[0]);
  if (counts.every((count) => count === counts[0])) return inputs;
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
  network: Network,
  examples: ModelExamples,
  { heads }: TrainingSettings,
  what: string,
): OrderedExamples {
  const answered = heads.map(({ name }) => name);
  const ordered = orderExamples(examples, network.inputNames, answered, what);
  checkAll(network, ordered.x);
  return ordered;
}

/** Puts examples on the device. @throws DataError where the answers do not fit the losses. */
export async function place(
  engine: Engine,
  role: Role,
  { x, y, count }: OrderedExamples,
  { heads }: TrainingSettings,
): Promise<ResidentExamples> {
  const answers = heads.map(({ loss, outputShape }, i) =>
    prepareAnswers(y[i], loss.answers, outputShape),
  );
  const placed = await engine.reserve(role, count, x, answers);
  const residents = [...placed.inputs, ...placed.answers];
  [...x, ...answers].forEach((values, i) => {
    fillRows(engine.device, residents[i], values, 0, count);
  });
  return placed;
}
