// Examples in the order in which a model takes them, checked.

import { DataError } from "../core/errors.ts";
import type { Network } from "../nn/network.ts";
import { acceptsOtherSizes, type Preprocess } from "../nn/preprocess.ts";
import {
  type InputValues,
  inOrder,
  type ModelExamples,
  type OrderedExamples,
  orderExamples,
} from "./model-examples.ts";
import { checkInputs, prepareInput } from "./residency.ts";
import type { TrainingSettings } from "./settings.ts";

/** Who takes examples: a network, and what is done to its inputs first. */
export interface Receiver {
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
