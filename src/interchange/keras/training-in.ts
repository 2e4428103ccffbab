// The training that a file describes, where it can be made. A model predicts without it: what cannot be
// made is said, and the model comes uncompiled.

import { FoveaError } from "../../core/errors.ts";
import type { Warn } from "../../core/warn.ts";
import type { DecodeOptions } from "../file-format.ts";
import type { StoredTraining } from "../stored-model.ts";
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

/** How a model in a file learns; undefined where it was not compiled, or that cannot be read. */
export function trainingIn(
  { file, training, warn }: DecodeOptions,
  config: unknown,
  optimizer: unknown,
  outputNames: readonly string[],
): StoredTraining | undefined {
  if (training === false) return undefined;
  // A model without losses was not meant to be trained as it is.
  const isRecord = typeof config === "object" && config !== null;
  const isMeant = !isRecord || ((config as { readonly loss?: unknown }).loss ?? null) !== null;
  return trainingOr(file, isMeant ? warn : () => undefined, () =>
    decodeCompile(config, optimizer, outputNames),
  );
}
