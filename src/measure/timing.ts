// Times steps of a program. Short steps go several in one call, as `fit` sends them, so that the call's
// own time does not count as the program's.

import type { Executable, StepInputs } from "../machine/device.ts";

/** The middle value; of an even number of values the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** The inputs of the n-th step. */
export type InputsOf = (step: number) => StepInputs;

/** Runs the steps of one executable, call by call. */
export class Stopwatch {
  readonly #executable: Executable;
  readonly #inputsOf: InputsOf;
  readonly #callMilliseconds: number;
  #stepsAtOnce = 1;
  #done = 0;

  /** A call takes about `callMilliseconds`, where that many steps go in one. */
  constructor(executable: Executable, inputsOf: InputsOf, callMilliseconds: number) {
    this.#executable = executable;
    this.#inputsOf = inputsOf;
    this.#callMilliseconds = callMilliseconds;
  }

  /** Runs until the number of steps in a call has settled, and the engine has optimised its code. */
  async warmUp(): Promise<void> {
    for (let calls = 0; calls < 3; calls++) {
      const each = await this.time();
      const wanted = Math.round(this.#callMilliseconds / each);
      this.#stepsAtOnce = Math.max(1, Math.min(this.#executable.stepsAtOnce, wanted));
    }
  }

  /** Milliseconds of a step, as the mean over one call. */
  async time(): Promise<number> {
    const steps = Array.from({ length: this.#stepsAtOnce }, () => this.#inputsOf(this.#done++));
    const start = performance.now();
    await this.#executable.run(steps);
    return (performance.now() - start) / steps.length;
  }

  /** The median of several calls, in milliseconds a step. */
  async median(repeats: number): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < repeats; i++) times.push(await this.time());
    return median(times);
  }
}
