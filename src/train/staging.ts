// Examples that do not stay on the device: a ring of two batches there, of which one is filled while the step on
// the other is at work. Programs see rows of the ring; whoever runs them asks for rows of the examples.

import { bytesPerElement, dtypeOf } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Device, Executable, StepInputs, StepOutputs } from "../machine/device.ts";
import { ReadAhead, type RowReader, sameRows } from "./read-ahead.ts";
import type { Resident } from "./residency.ts";

/** Batches that the ring has room for. */
export const ringBatches = 2;

/** A ring of batches on a device. */
export interface Ring {
  readonly staging: Staging;
  /** Rows of one batch at most. */
  readonly batch: number;
}

/** A program that may be told which rows come after those of its steps. */
export interface RowExecutable extends Executable {
  run(steps: readonly StepInputs[], upcoming?: readonly Int32Array[]): Promise<StepOutputs[]>;
}

/** A batch in a half of the ring, or on its way there. */
interface Staged {
  readonly rows: Int32Array;
  /** The rows of the ring that it takes. */
  readonly places: Promise<Int32Array>;
}

/** Where rows come from, and where they go. */
export interface StagingPlan {
  readonly device: Device;
  readonly reader: RowReader;
  /** Rows of one batch at most. */
  readonly batch: number;
  /** Where each tensor of the reader goes. */
  readonly residents: readonly (Resident | undefined)[];
}

/** Fills the halves of a ring in turn: one while the step on the other is at work. */
export class Staging {
  readonly #plan: StagingPlan;
  readonly #ahead: ReadAhead;
  /** The half that is filled next. */
  #half = 0;
  #current: Staged | undefined;
  #next: Staged | undefined;

  constructor(plan: StagingPlan) {
    this.#plan = plan;
    const bytes = plan.residents.map((one) =>
      one === undefined ? 0 : plan.batch * rowBytesOf(one),
    );
    this.#ahead = new ReadAhead(
      plan.reader,
      bytes.reduce((a, b) => a + b, 1),
    );
  }

  /** The rows of the ring where the examples with these numbers are. Its other half is free from now on. */
  async take(rows: Int32Array): Promise<Int32Array> {
    // A step that is tried first is made twice.
    const current = this.#ahead.isSequential ? undefined : this.#current;
    if (current !== undefined && sameRows(current.rows, rows)) {
      return current.places;
    }
    const next = this.#next;
    this.#next = undefined;
    const isNext = next !== undefined && sameRows(next.rows, rows);
    if (!isNext) await next?.places.catch(() => undefined);
    this.#current = isNext ? next : this.#stage(rows);
    return this.#current.places;
  }

  /** Puts what comes next into the half that is free, and begins to read what comes after that. */
  expect(upcoming: readonly Int32Array[]): void {
    const [first] = upcoming;
    if (first === undefined) return;
    if (this.#next === undefined) {
      this.#next = this.#stage(first);
      // It is heard of when the batch is taken.
      this.#next.places.catch(() => undefined);
    }
    if (sameRows(this.#next.rows, first)) this.#ahead.expect(upcoming.slice(1));
  }

  /** Resolves when nothing is on its way to the device any more. */
  async settle(): Promise<void> {
    await this.#next?.places.catch(() => undefined);
    this.#next = undefined;
    this.#current = undefined;
    await this.#ahead.settle();
  }

  #stage(rows: Int32Array): Staged {
    const first = this.#half * this.#plan.batch;
    this.#half = (this.#half + 1) % ringBatches;
    return { rows, places: this.#fill(rows, first) };
  }

  async #fill(rows: Int32Array, first: number): Promise<Int32Array> {
    const { device, residents } = this.#plan;
    for (const [i, tensor] of (await this.#ahead.read(rows)).entries()) {
      const resident = residents[i];
      requireLike(tensor, resident);
      if (tensor === undefined || resident === undefined) continue;
      await device.write(resident.buffer, tensor.data, first * rowBytesOf(resident));
    }
    return Int32Array.from(rows, (_, i) => first + i);
  }
}

/** The program, which takes rows of the ring, as one that takes rows of the examples. */
export function stagedExecutable({ staging }: Ring, executable: Executable): RowExecutable {
  return {
    stepsAtOnce: executable.stepsAtOnce,
    async run(steps, upcoming = []) {
      const outputs: StepOutputs[] = [];
      const batches = steps.map(({ rows }) => Int32Array.from(rows));
      for (const [i, step] of steps.entries()) {
        const inputs = { ...step, rows: await staging.take(batches[i]) };
        const running = executable.run([inputs]);
        staging.expect([...batches.slice(i + 1), ...upcoming]);
        outputs.push(...(await running));
      }
      return outputs;
    },
    dispose: () => executable.dispose(),
  };
}

/** @throws DataError where rows are of another type or shape than the first one. */
function requireLike(tensor: Tensor | undefined, resident: Resident | undefined): void {
  const received =
    tensor && `${dtypeOf(tensor.data)} ${formatShape([null, ...tensor.shape.slice(1)])}`;
  const expected =
    resident && `${resident.type.dtype} ${formatShape([null, ...resident.type.shape.slice(1)])}`;
  if (received === expected) return;
  throw new DataError({
    what: "A source gave rows that are unlike its first one.",
    expected: expected ?? "none",
    received: received ?? "none",
  });
}

function rowBytesOf({ type }: Resident): number {
  return sizeOf(type.shape.slice(1)) * bytesPerElement[type.dtype];
}
