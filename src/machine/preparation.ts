// When a program prepares: before its first step, and again when a state that the preparation reads was
// written since, by whomever. Targets look at a flag in memory, so that one code serves both cases.

import type { Storage } from "../kernel/draft.ts";
import { usesOf } from "../kernel/plan.ts";
import type { Program } from "../kernel/program.ts";
import type { DeviceBuffer } from "./device.ts";
import type { HostDevice } from "./host-device.ts";

/** Where the buffers are that are watched, and the flag. */
type Memory = Pick<HostDevice, "writesTo" | "noteWrite" | "view">;

export class Preparation {
  /** The address of 32 bits: threads prepare where they are not 0 as a call begins. */
  readonly flag: number;
  readonly #memory: Memory;
  /** The states that the preparation reads, and those that the steps write. */
  readonly #reads: readonly DeviceBuffer[];
  readonly #writes: readonly DeviceBuffer[];
  /** Writes to `#reads` before the last preparation; undefined where there was none, or it failed. */
  #done: readonly number[] | undefined;
  #begun: readonly number[] = [];

  constructor(
    memory: Memory,
    { preparation, stages }: Program,
    bufferOf: ReadonlyMap<Storage, DeviceBuffer>,
    flag: number,
  ) {
    this.#memory = memory;
    this.flag = flag;
    const buffersOf = (some: Program["stages"], way: "reads" | "writes") => {
      const touched = new Set(some.flat().flatMap((launch) => [...usesOf(launch)[way]]));
      return [...bufferOf].filter(([storage]) => touched.has(storage)).map(([, buffer]) => buffer);
    };
    this.#reads = buffersOf(preparation, "reads");
    this.#writes = buffersOf(stages, "writes");
  }

  /** Says before some steps whether they are to prepare first, and that they write. */
  begin(): void {
    for (const buffer of this.#writes) this.#memory.noteWrite(buffer);
    this.#begun = this.#reads.map((buffer) => this.#memory.writesTo(buffer));
    const isDone = this.#done?.every((writes, i) => writes === this.#begun[i]) ?? false;
    this.#memory.view("i32", this.flag, 1)[0] = isDone ? 0 : 1;
    // Steps that fail may leave a preparation half made.
    this.#done = undefined;
  }

  /** Says that the steps came to their end. */
  end(): void {
    this.#done = this.#begun;
  }
}
