// A compiled graph: stages of kernels over blocks of memory, for no machine in particular.

import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Storage } from "./draft.ts";
import type { Stage } from "./schedules/schedule.ts";

/** A named value that goes in, comes out, or stays. */
export interface ProgramValue {
  readonly name: string;
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What a target runs. Stages follow each other; the kernels of one stage do not depend on each other. */
export interface Program {
  readonly name: string;
  readonly inputs: readonly ProgramValue[];
  readonly states: readonly ProgramValue[];
  readonly outputs: readonly ProgramValue[];
  readonly stages: readonly Stage[];
  /**
   * Where each block that is neither input nor state lies, in bytes from the start of the arena, or
   * of a thread's workspace.
   */
  readonly offsets: ReadonlyMap<Storage, number>;
  /** Bytes of the arena. */
  readonly arenaBytes: number;
  /** Bytes that each thread needs for itself. */
  readonly workspaceBytes: number;
}
