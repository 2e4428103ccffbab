// Batches that are read before they are needed, one after the other. Knows no device and no model.

import type { Tensor } from "../core/tensor.ts";

/** Rows by their numbers, as programs take them: inputs, targets, then weights. */
export interface RowReader {
  readonly count: number;
  /** Whether the same numbers mean other rows the next time. */
  readonly isSequential: boolean;
  read(rows: Int32Array): Promise<readonly (Tensor | undefined)[]>;
}

/** Batches that are read ahead at most. */
const mostBatches = 4;
/** Bytes of them at most. */
const mostBytes = 128 << 20;

/** Whether two batches are of the same rows. */
export function sameRows(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

interface Batch {
  readonly rows: Int32Array;
  readonly values: Promise<readonly (Tensor | undefined)[]>;
}

/** A reader that begins with the batches that are expected. The one behind it is never asked twice at a time. */
export class ReadAhead implements RowReader {
  readonly #reader: RowReader;
  readonly #most: number;
  #waiting: Batch[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** `batchBytes`: what a batch takes. */
  constructor(reader: RowReader, batchBytes: number) {
    this.#reader = reader;
    this.#most = Math.max(1, Math.min(mostBatches, Math.floor(mostBytes / batchBytes)));
  }

  get count(): number {
    return this.#reader.count;
  }

  get isSequential(): boolean {
    return this.#reader.isSequential;
  }

  read(rows: Int32Array): Promise<readonly (Tensor | undefined)[]> {
    const first = this.#waiting.shift();
    if (first !== undefined && sameRows(first.rows, rows)) return first.values;
    this.#waiting = [];
    return this.#begin(rows).values;
  }

  /** Begins to read the batches that come next; others are dropped. */
  expect(batches: readonly Int32Array[]): void {
    const kept = this.#waiting.findIndex(
      ({ rows }, i) => batches[i] === undefined || !sameRows(rows, batches[i]),
    );
    if (kept !== -1) this.#waiting.length = kept;
    for (const rows of batches.slice(this.#waiting.length, this.#most)) {
      this.#waiting.push(this.#begin(rows));
    }
  }

  /** Resolves when nothing is being read any more. */
  async settle(): Promise<void> {
    this.#waiting = [];
    await this.#last;
  }

  #begin(rows: Int32Array): Batch {
    const values = this.#last.then(() => this.#reader.read(rows));
    // Whoever takes the batch sees the failure; nobody has to.
    this.#last = values.catch(() => undefined);
    return { rows, values };
  }
}
