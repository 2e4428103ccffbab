// The last state from which training could go on well. A loss that is no number is noticed late: it is
// that of the weights that the step before made, and often it has run away for several steps. See
// docs/decisions/0012.

import type { Executable, StepInputs } from "../machine/device.ts";
import type { RowExecutable } from "./staging.ts";
import type { ModelState, Progress } from "./state.ts";

/** What a state is kept of, and brought back to. */
export interface Rewindable {
  getState(): Promise<ModelState>;
  putBack(state: ModelState): Promise<void>;
  /** See `ModelMemory`. */
  setHalted(value: number): Promise<void>;
  /** Grows whenever values become other than training steps make them. */
  readonly changes: number;
}

/** Steps between two copies at least: one step is tried for each. */
const stepsBetween = 256;
/** How much longer than a copy takes training goes on before the next one: copies cost 1 in so many. */
const timeBetween = 250;
/** Steps after which a copy is made all the same: what they were handed takes memory, too. */
const mostSteps = 1024;

/** A loss above so many times the usual one has run away. */
const runaway = 10;
/** Of about how many steps the usual loss is the mean; they count the less, the longer ago they were. */
const lookBack = 100;

/** A step that was taken since the copy was made, or is under way. */
interface Step {
  readonly executable: Executable;
  readonly inputs: StepInputs;
}

/** A copy of the state, and the steps taken from it. */
interface Mark {
  readonly state: ModelState;
  readonly made: number;
  /** Milliseconds that it took. */
  readonly cost: number;
  /** Whether it is known to be good, as was tried before it took the place of an older one. */
  readonly isTried: boolean;
  readonly steps: Step[];
  /** How many of them were good. */
  accepted: number;
  /** The last state whose loss was a usual one: so many steps from the copy, with this progress. */
  usual?: { readonly steps: number; readonly progress: Progress };
  /** What `changes` was when a step was last begun. */
  changes: number;
  /** Whether taking the steps again leads to where training is: not where a callback has changed weights. */
  isConnected: boolean;
}

/** While training goes well it costs a copy of the state now and then. When it does not, steps are taken again. */
export class LastGood {
  readonly #memory: Rewindable;
  #mark: Mark | undefined;
  /** The mean size of the loss. */
  #usualLoss = 0;

  constructor(memory: Rewindable) {
    this.#memory = memory;
  }

  /** The same program, whose steps are remembered. */
  watch(executable: RowExecutable): RowExecutable {
    return {
      stepsAtOnce: executable.stepsAtOnce,
      run: async (steps, upcoming) => {
        const mark = await this.#markFor(executable, steps[0]);
        mark.steps.push(...steps.map((inputs) => ({ executable, inputs })));
        return executable.run(steps, upcoming);
      },
      dispose: () => executable.dispose(),
    };
  }

  /**
   * Notes that the next of the steps that were run was good. `before` is the progress from which it was taken, `loss`
   * that of the weights from which it was.
   */
  accept(before: Progress, loss: number): void {
    const mark = this.#mark;
    if (mark === undefined) return;
    if (this.#isUsual(loss)) mark.usual = { steps: mark.accepted, progress: before };
    mark.accepted++;
    if (this.#usualLoss === 0) this.#usualLoss = Math.abs(loss);
    // A loss that runs away moves the mean slowly; one that has risen for good is soon a usual one.
    const size = Math.min(Math.abs(loss), runaway * this.#usualLoss);
    this.#usualLoss += (size - this.#usualLoss) / lookBack;
  }

  #isUsual(loss: number): boolean {
    return this.#usualLoss === 0 || Math.abs(loss) <= runaway * this.#usualLoss;
  }

  /**
   * After a bad step: brings back the last state whose loss was a usual one, with its progress. Where there has been
   * none, everything stays: what training began with is all there is.
   */
  async rewind(): Promise<void> {
    const mark = this.#mark;
    if (mark === undefined) return;
    const { usual, state, isTried, isConnected } = mark;
    if (usual === undefined && !isTried) return;
    await this.#memory.putBack(state);
    if (usual === undefined || !isConnected) return;
    await this.#memory.setHalted(0);
    for (const { executable, inputs } of mark.steps.slice(0, usual.steps)) {
      await executable.run([inputs]);
    }
    const reached = await this.#memory.getState();
    await this.#memory.putBack({ ...reached, progress: usual.progress });
  }

  /** The mark from which the next steps are counted; a new one where it is time for it. */
  async #markFor(executable: Executable, next: StepInputs): Promise<Mark> {
    const { changes } = this.#memory;
    const mark = this.#mark;
    if (mark === undefined) return this.#setMark(performance.now(), false);
    if (changes !== mark.changes) mark.isConnected = false;
    mark.changes = changes;
    const started = performance.now();
    if (mark.steps.length < stepsBetween) return mark;
    const isEarly = started - mark.made < timeBetween * mark.cost;
    if (isEarly && mark.steps.length < mostSteps) return mark;
    // In place of a state whose loss is lost, or has run away, the older one is still needed.
    return (await this.#isSound(executable, next)) ? this.#setMark(started, true) : mark;
  }

  async #setMark(started: number, isTried: boolean): Promise<Mark> {
    const { changes } = this.#memory;
    // Before the new one is made: two at once would take twice the memory.
    this.#mark = undefined;
    const state = await this.#memory.getState();
    const made = performance.now();
    const cost = made - started;
    const fresh = { steps: [], accepted: 0, isConnected: true };
    this.#mark = { state, made, cost, isTried, changes, ...fresh };
    return this.#mark;
  }

  /** Whether the next step is good, and the loss a usual one. It is tried without changing anything. */
  async #isSound(executable: Executable, inputs: StepInputs): Promise<boolean> {
    await this.#memory.setHalted(onTrial);
    const [{ halted, loss }] = await executable.run([inputs]);
    await this.#memory.setHalted(0);
    return halted[0] === onTrial && this.#isUsual(loss[0]);
  }
}

/** Not 0, so that a step changes nothing, and below the 1 that a bad step makes of it. */
const onTrial = 0.5;
