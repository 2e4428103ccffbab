// Sets the learning rate before every epoch. Floor 5.

import type { Callback } from "../callback.ts";

/**
 * Sets the learning rate of each epoch to `schedule(epoch, rate)`: epochs count from 0, `rate` is that of
 * before. For a rate that changes from step to step give the optimizer a schedule. As in Keras.
 *
 * @throws ConfigError where the schedule gives what is no rate.
 * @example callbacks: [callbacks.learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9))]
 */
export function learningRateScheduler(schedule: (epoch: number, rate: number) => number): Callback {
  return {
    onEpochBegin({ epoch }, { model }) {
      model.learningRate = schedule(epoch - 1, model.learningRate);
    },
  };
}
