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

/**
 * What a target runs. Stages follow each other; the kernels of one stage do not depend on each other.
 * `preparation` makes what depends on lasting states alone: a target runs it before the first step, and
 * again before a step once someone has written one of the states that it reads.
 */
export interface Program {
  readonly name: string;
  readonly inputs: readonly ProgramValue[];
  readonly states: readonly ProgramValue[];
  readonly outputs: readonly ProgramValue[];
  readonly preparation: readonly Stage[];
  readonly stages: readonly Stage[];
  /**
   * Where each block that is neither input nor state lies, in bytes from the start of the arena, or
   * of a thread's workspace.
   */
  readonly offsets: ReadonlyMap<Storage, number>;
  /** Bytes of the arena. */
  readonly arenaBytes: number;
  /** How many of them keep what `preparation` makes, from step to step. */
  readonly preparedBytes: number;
  /** Bytes that each thread needs for itself. */
  readonly workspaceBytes: number;
}

/** Every stage of a program, its preparation first. */
export function allStages({ preparation, stages }: Program): Stage[] {
  return [...preparation, ...stages];
}
