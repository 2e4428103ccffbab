// Sets the learning rate before every epoch.

import { ConfigError } from "../../core/errors.ts";
import { outlineOf } from "../../core/option.ts";
import type { Callback } from "../callback.ts";
import { callbackFacts } from "./callback-facts.ts";

/**
 * Sets the learning rate of each epoch to `schedule(epochs, rate)`, from the number of finished
 * epochs and the rate before. For a rate that changes at every step, give the optimizer a schedule.
 * As in Keras.
 *
 * @throws ConfigError where the schedule is not a function, or does not return a learning rate.
 * @example callbacks: [callbacks.learningRateScheduler((epochs, rate) => (epochs < 10 ? rate : rate * 0.9))]
 */
export function learningRateScheduler(
  schedule: (epochs: number, rate: number) => number,
): Callback {
  if (typeof schedule !== "function") {
    throw new ConfigError({
      what: "callbacks.learningRateScheduler: The schedule cannot be used.",
      expected: "a function of the finished epochs and the rate: (epochs, rate) => rate * 0.9",
      received: outlineOf(schedule),
      fix: "give the optimizer a schedule of steps: learningRate: schedules.cosineDecay({ … })",
    });
  }
  return {
    onEpochBegin({ epoch }, { model }) {
      model.learningRate = schedule(epoch - 1, model.learningRate);
    },
  };
}
learningRateScheduler.facts = callbackFacts({
  name: "learningRateScheduler",
  options: {},
  keras: { className: "LearningRateScheduler" },
});
