// Whether what people say to fit, evaluate and predict can be used. Before anything is done.

import { ConfigError } from "../core/errors.ts";
import {
  isWhole,
  type OptionNames,
  outlineOf,
  requireFlag,
  requireKnownOptions,
  requireOption,
  requireWhole,
} from "../core/option.ts";
import type { FitOptions, PassOptions } from "./options.ts";

const passOptions: OptionNames<PassOptions> = { batchSize: true, callbacks: true };

const fitOptions: OptionNames<FitOptions> = {
  ...passOptions,
  epochs: true,
  validationSplit: true,
  validationData: true,
  validationFrequency: true,
  validationSteps: true,
  stepsPerEpoch: true,
  initialEpoch: true,
  classWeights: true,
  shuffle: true,
  onWarning: true,
  verbose: true,
  signal: true,
  resume: true,
};

/** @throws ConfigError where an option of `fit` cannot be used. */
export function checkFitOptions(options: FitOptions): void {
  requireKnownOptions("fit", options, fitOptions, "examples, { epochs: 5, batchSize: 32 }");
  const { epochs = 1, batchSize = 32, stepsPerEpoch, validationSteps } = options;
  requireWhole("epochs", epochs);
  requireWhole("batchSize", batchSize);
  if (stepsPerEpoch !== undefined) requireWhole("stepsPerEpoch", stepsPerEpoch);
  if (validationSteps !== undefined) requireWhole("validationSteps", validationSteps);
  const { initialEpoch = 0, resume = false, shuffle = true } = options;
  requireWhole("initialEpoch", initialEpoch, 0);
  requireFlag("resume", resume);
  requireFlag("shuffle", shuffle);
  const both = resume && initialEpoch > 0;
  requireOption("initialEpoch", initialEpoch, !both, "0 with resume: the model knows its epochs");
  checkFrequency(options.validationFrequency);
  const { verbose = 1, signal } = options;
  requireOption(
    "verbose",
    verbose,
    [0, 1, 2, true, false].includes(verbose),
    "0, 1, 2 or a boolean",
  );
  const isSignal =
    typeof signal === "object" && signal !== null && typeof signal.aborted === "boolean";
  if (signal !== undefined) {
    requireOption("signal", outlineOf(signal), isSignal, "the signal of an AbortController");
  }
  checkCallbacks(options.callbacks);
}

/** @throws ConfigError where an option of `evaluate` or `predict` cannot be used. */
export function checkPassOptions(method: string, options: PassOptions): void {
  requireKnownOptions(method, options, passOptions, "examples, { batchSize: 32 }");
  const { batchSize = 32, callbacks } = options;
  requireWhole("batchSize", batchSize);
  checkCallbacks(callbacks);
}

function checkFrequency(frequency: FitOptions["validationFrequency"]): void {
  const fits = Array.isArray(frequency)
    ? frequency.every((epoch) => isWhole(epoch, 1))
    : frequency === undefined || isWhole(frequency, 1);
  const expected = "a whole number of at least 1, or a list of epochs, counted from 1";
  requireOption("validationFrequency", frequency, fits, expected);
}

/** @throws ConfigError unless it is a list of callbacks. */
function checkCallbacks(callbacks: unknown): void {
  if (callbacks === undefined) return;
  if (!Array.isArray(callbacks)) {
    throw refusal(outlineOf(callbacks), "put it into a list: [callback]");
  }
  for (const callback of callbacks) {
    if (typeof callback === "function") {
      const name = callback.name || "callback";
      throw refusal(`the function ${name} itself`, `call it: callbacks.${name}()`);
    }
    if (typeof callback !== "object" || callback === null || Array.isArray(callback)) {
      throw refusal(outlineOf(callback), "make it a record of hooks, such as { onEpochEnd() {} }");
    }
  }
}

function refusal(received: string, fix: string): ConfigError {
  return new ConfigError({
    what: "The option callbacks cannot be used.",
    expected: "a list of callbacks, as in callbacks: [callbacks.earlyStopping()]",
    received,
    fix,
  });
}
