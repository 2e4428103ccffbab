// The training that a file describes, where it can be made. A model predicts without it: what cannot be
// made is said, and the model comes uncompiled.

import { FoveaError } from "../../core/errors.ts";
import type { Warn } from "../../core/warn.ts";
import type { CompileOptions } from "../../train/options.ts";
import type { ReadOptions } from "../model-format.ts";
import { decodeCompile } from "./compile-config.ts";

/** What `make` gives; where it cannot, a warning, and undefined. */
export function trainingOr<T>(file: string, warn: Warn, make: () => T): T | undefined {
  try {
    return make();
  } catch (cause) {
    const { what, received } =
      cause instanceof FoveaError
        ? cause.facts
        : { what: "They are not described.", received: undefined };
    const isSaid = received === undefined || what.includes(received);
    const why = isSaid ? what : `${what} Received: ${received}.`;
    warn(
      `${file} is loaded without its optimizer, losses and metrics. ${why} To train or ` +
        "evaluate, call model.compile, or pass loss and metrics of your own to loadModel. " +
        "loadModel(path, { training: false }) does not ask for them.",
    );
    return undefined;
  }
}

/** What `compile` is told of a model in `file`; undefined where it was not compiled, or cannot be. */
export function trainingIn(
  file: string,
  { training, own, warn }: ReadOptions,
  config: unknown,
  optimizer: unknown,
): CompileOptions | undefined {
  if (training === false) return undefined;
  return trainingOr(file, warn, () => decodeCompile(config, optimizer, own));
}
