// Ends training quietly where a number is lost.

import { optionsOf } from "../../nn/facts.ts";
import type { Callback } from "../callback.ts";
import { callbackFacts } from "./callback-facts.ts";

/**
 * Ends training where a loss or gradient is no longer a number, rather than letting `fit` throw:
 * `history.stopped` says why. The weights are those of before the last good step; the epoch is left unfinished,
 * where Keras goes on to validate what is lost.
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
