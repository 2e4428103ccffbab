// Where a program's blocks lie in a device's memory, once it is proven not to leave them, and how inputs
// and outputs of several steps wait their turn. Every target begins with it, whoever made the program; it
// emits nothing.

import { bytesPerElement } from "../core/dtype.ts";
import { DataError, VerificationError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Slices } from "../core/slices.ts";
import type { Storage } from "../kernel/draft.ts";
import { alignUp } from "../kernel/plan.ts";
import type { Program, ProgramValue } from "../kernel/program.ts";
import { verifyProgram } from "../kernel/verify.ts";
import type { DeviceBuffer, StepInputs, StepOutputs } from "./device.ts";
import type { HostDevice } from "./host-device.ts";
import { Preparation } from "./preparation.ts";

/** A value's bytes within the block of all inputs, or of all outputs. */
interface Slot {
  readonly value: ProgramValue;
  readonly offset: number;
  readonly bytes: number;
}

/** The values of one step side by side, and room for those of several steps. */
interface Block {
  readonly slots: readonly Slot[];
  readonly bytes: number;
  /** Step i waits at `staging + i · bytes`. */
  readonly staging: number;
}

/** A copy between a step's place and its waiting room, in bytes. */
export interface StagedCopy {
  /** Address of the value that the program works on. */
  readonly address: number;
  /** Address of step 0's copy; step i's is i · `stride` further on. */
  readonly staging: number;
  readonly stride: number;
  readonly bytes: number;
}

/** The memory that a program is placed in. */
type Memory = Pick<
  HostDevice,
  "allocate" | "free" | "addressOf" | "view" | "threads" | "writesTo" | "noteWrite"
>;

export class Layout {
  /** Where each block lies; of a workspace, that of thread 0. */
  readonly addressOf: ReadonlyMap<Storage, number>;
  /** Bytes from one thread's workspace to the next one's. */
  readonly workspaceBytes: number;
  readonly stepsAtOnce: number;
  /** Threads that the program runs on. */
  readonly threads: number;
  /** The address where threads look whether to prepare first; see `Preparation`. */
  readonly preparationFlag: number;
  readonly #preparation: Preparation;
  readonly #memory: Memory;
  readonly #owned: DeviceBuffer[] = [];
  #last: Promise<void> | undefined;
  readonly #inputs: Block;
  readonly #outputs: Block;

  /**
   * In slices, proves that a program stays in its memory, and places it.
   *
   * @throws VerificationError where a kernel could leave its buffers, a block lies outside of the
   * program's memory, or a state has no place
   */
  static *of(
    memory: Memory,
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    stepsAtOnce: number,
  ): Slices<Layout> {
    yield* verifyProgram(program);
    return new Layout(memory, program, states, stepsAtOnce);
  }

  private constructor(
    memory: Memory,
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    stepsAtOnce: number,
  ) {
    this.#memory = memory;
    this.stepsAtOnce = stepsAtOnce;
    this.threads = memory.threads;
    const addressOf = new Map<Storage, number>();
    const stateBuffers = new Map<Storage, DeviceBuffer>();
    for (const { name, storage } of program.states) {
      const buffer = states.get(name);
      if (buffer === undefined) {
        throw new VerificationError({
          what: `Program ${program.name} has a state without a place.`,
          expected: `a buffer for "${name}"`,
          received: "none",
        });
      }
      const bytes = storage.size * bytesPerElement[storage.dtype];
      if (bytes > buffer.bytes) {
        throw new VerificationError({
          what: `The place of a state of program ${program.name} is too small.`,
          expected: `${bytes} bytes for "${name}"`,
          received: `${buffer.bytes}`,
        });
      }
      addressOf.set(storage, memory.addressOf(buffer));
      stateBuffers.set(storage, buffer);
    }
    const inputs = slotsOf(program.inputs);
    const outputs = slotsOf(program.outputs);
    const inputBytes = bytesOf(inputs);
    const outputBytes = bytesOf(outputs);
    const current = this.reserve(inputBytes);
    const arena = this.reserve(program.arenaBytes);
    this.workspaceBytes = program.workspaceBytes;
    const workspace = this.reserve(program.workspaceBytes * memory.threads);
    this.#inputs = {
      slots: inputs,
      bytes: inputBytes,
      staging: this.reserve(inputBytes * stepsAtOnce),
    };
    this.#outputs = {
      slots: outputs,
      bytes: outputBytes,
      staging: this.reserve(outputBytes * stepsAtOnce),
    };
    for (const { value, offset } of inputs) addressOf.set(value.storage, current + offset);
    for (const [storage, offset] of program.offsets) {
      addressOf.set(storage, (storage.isWorkspace ? workspace : arena) + offset);
    }
    this.addressOf = addressOf;
    this.preparationFlag = this.reserve(4);
    this.#preparation = new Preparation(memory, program, stateBuffers, this.preparationFlag);
  }

  /** Zeroed bytes that go when the layout goes. @throws TargetError where there are none left. */
  reserve(bytes: number): number {
    try {
      const buffer = this.#memory.allocate(bytes);
      this.#owned.push(buffer);
      return this.#memory.addressOf(buffer);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** What to copy before each step. */
  get copiesIn(): StagedCopy[] {
    return this.#copies(this.#inputs);
  }

  /** What to copy after each step. */
  get copiesOut(): StagedCopy[] {
    return this.#copies(this.#outputs);
  }

  #copies({ slots, bytes, staging }: Block): StagedCopy[] {
    return slots.map((slot) => ({
      address: this.addressOf.get(slot.value.storage) as number,
      staging: staging + slot.offset,
      stride: bytes,
      bytes: slot.bytes,
    }));
  }

  /** Does `work` when what was asked for before is done: there is one waiting room for all calls. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last === undefined ? work() : this.#last.then(work);
    const done = mine.then(
      () => {},
      () => {},
    );
    this.#last = done;
    void done.then(() => {
      if (this.#last === done) this.#last = undefined;
    });
    return mine;
  }

  /** Puts the inputs of all steps into the waiting room, for steps that come next. @throws DataError where one does not fit. */
  stage(steps: readonly StepInputs[]): void {
    const { slots, bytes, staging } = this.#inputs;
    if (steps.length > this.stepsAtOnce) {
      throw new DataError({
        what: "Too many steps at once.",
        expected: `at most ${this.stepsAtOnce}`,
        received: String(steps.length),
      });
    }
    steps.forEach((inputs, step) => {
      for (const { value, offset } of slots) {
        const values = inputs[value.name];
        const length = sizeOf(value.shape);
        if (values?.length !== length) {
          throw new DataError({
            what: `The input "${value.name}" does not fit.`,
            expected: `${length} elements for ${formatShape(value.shape)}`,
            received: values === undefined ? "nothing" : `${values.length} elements`,
          });
        }
        this.#memory.view(value.dtype, staging + step * bytes + offset, length).set(values);
      }
    });
    if (steps.length > 0) this.#preparation.begin();
  }

  /** Copies the outputs of `count` steps that have run out of the waiting room. */
  collect(count: number): StepOutputs[] {
    if (count > 0) this.#preparation.end();
    const { slots, bytes, staging } = this.#outputs;
    return Array.from({ length: count }, (_, step) =>
      Object.fromEntries(
        slots.map(({ value, offset }) => {
          const at = staging + step * bytes + offset;
          return [value.name, this.#memory.view(value.dtype, at, sizeOf(value.shape)).slice()];
        }),
      ),
    );
  }

  dispose(): void {
    for (const buffer of this.#owned) this.#memory.free(buffer);
    this.#owned.length = 0;
  }
}

function slotsOf(values: readonly ProgramValue[]): Slot[] {
  let offset = 0;
  return values.map((value) => {
    const bytes = sizeOf(value.shape) * bytesPerElement[value.dtype];
    const slot = { value, offset, bytes };
    offset += alignUp(bytes);
    return slot;
  });
}

function bytesOf(slots: readonly Slot[]): number {
  const last = slots.at(-1);
  return last === undefined ? 0 : last.offset + alignUp(last.bytes);
}
