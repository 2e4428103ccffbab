// Stops training where the loss is no longer a number.

import { optionsOf } from "../../nn/facts.ts";
import type { Callback } from "../callback.ts";
import { callbackFacts } from "./callback-facts.ts";

/**
 * Stops training where a loss or gradient is NaN or infinite, instead of letting `fit` throw:
 * `history.stopped` says why. The weights are those of before the last good step; the epoch is left
 * unfinished, where Keras goes on to validate what is lost.
 *
 * @example callbacks: [callbacks.terminateOnNaN()]
 */
export function terminateOnNaN(options: object = {}): Callback {
  optionsOf(terminateOnNaN.facts, options);
  return {
    onDivergence({ error }, { stop }) {
      stop(error.message);
    },
  };
}
terminateOnNaN.facts = callbackFacts({
  name: "terminateOnNaN",
  options: {},
  keras: { className: "TerminateOnNaN" },
});
