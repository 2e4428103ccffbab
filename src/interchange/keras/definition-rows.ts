// How Keras's files have optimizers, losses, metrics, schedules, initializers, regularizers and
// constraints: what each definition says of itself. What Keras lacks has no row.

import { constraints } from "../../nn/constraints/index.ts";
import { initializers } from "../../nn/initializers/index.ts";
import { lossTable } from "../../nn/losses/index.ts";
import { metricTable } from "../../nn/metrics/index.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { regularizers } from "../../nn/regularizers/index.ts";
import { schedules } from "../../nn/schedules/index.ts";
import { layerRows } from "./layer-rows.ts";
import { type KerasRows, rowsOf } from "./row.ts";

export const optimizerRows = rowsOf(optimizers);
export const lossRows = rowsOf(lossTable);
export const metricRows = rowsOf(metricTable);
export const scheduleRows = rowsOf(schedules);
export const initializerRows = rowsOf(initializers);
export const regularizerRows = rowsOf(regularizers);
export const constraintRows = rowsOf(constraints);

/** Layers that are activations of others. Other activations are words. */
export const activationRows = {
  activation: layerRows.activation,
  elu: layerRows.elu,
  leakyRelu: layerRows.leakyRelu,
  relu: layerRows.relu,
  softmax: layerRows.softmax,
} satisfies KerasRows;
