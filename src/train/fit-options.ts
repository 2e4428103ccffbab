// Whether what people say to fit, evaluate and predict can be used. Before anything is done.

import { ConfigError } from "../core/errors.ts";
import { checkOption, outlineOf, requireOptions } from "../nn/option.ts";
import type { FitOptions, PassOptions } from "./options.ts";

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** @throws ConfigError unless every value is a whole number of at least `least`. */
export function checkCounts(values: Readonly<Record<string, unknown>>, least = 1): void {
  for (const [name, value] of Object.entries(values)) {
    checkOption(name, value, isWhole(value, least), `a whole number of at least ${least}`);
  }
}

/** Those of `values` that are given. */
function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** @throws ConfigError where an option of `fit` cannot be used. */
export function checkFitOptions(options: FitOptions): void {
  requireOptions("fit", options, "examples, { epochs: 5, batchSize: 32 }");
  const { epochs = 1, batchSize = 32, stepsPerEpoch, validationSteps } = options;
  checkCounts({ epochs, batchSize, ...given({ stepsPerEpoch, validationSteps }) });
  const { initialEpoch = 0, resume = false, shuffle = true } = options;
  checkCounts({ initialEpoch }, 0);
  for (const [name, value] of Object.entries({ resume, shuffle })) {
    checkOption(name, value, typeof value === "boolean", "true or false");
  }
  const both = resume && initialEpoch > 0;
  checkOption("initialEpoch", initialEpoch, !both, "0 with resume: the model knows its epochs");
  checkFrequency(options.validationFrequency);
  const { verbose = 1, signal } = options;
  checkOption("verbose", verbose, [0, 1, 2, true, false].includes(verbose), "0, 1, 2 or a boolean");
  const isSignal =
    typeof signal === "object" && signal !== null && typeof signal.aborted === "boolean";
  if (signal !== undefined) {
    checkOption("signal", outlineOf(signal), isSignal, "the signal of an AbortController");
  }
  checkCallbacks(options.callbacks);
}

/** @throws ConfigError where an option of `evaluate` or `predict` cannot be used. */
export function checkPassOptions(method: string, options: PassOptions): void {
  requireOptions(method, options, "examples, { batchSize: 32 }");
  const { batchSize = 32, callbacks } = options;
  checkCounts({ batchSize });
  checkCallbacks(callbacks);
}

function checkFrequency(frequency: FitOptions["validationFrequency"]): void {
  const fits = Array.isArray(frequency)
    ? frequency.every((epoch) => isWhole(epoch, 1))
    : frequency === undefined || isWhole(frequency, 1);
  const expected = "a whole number of at least 1, or a list of epochs, counted from 1";
  checkOption("validationFrequency", frequency, fits, expected);
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
