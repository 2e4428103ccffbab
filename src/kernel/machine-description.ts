// What a schedule may know of the machine it is for. Numbers only, no target's name.

/**
 * How a machine runs a kernel's tasks: one after another on cores with vector registers, or all at once
 * on a grid of threads, for which there are no schedules yet.
 */
export type Execution = "vectors" | "grid";

/** The numbers that schedules and tiles are chosen by. */
export interface MachineDescription {
  readonly execution: Execution;
  /** f32 numbers in a vector register. */
  readonly lanes: number;
  /** Vector registers that generated code may use. */
  readonly registers: number;
  /** Whether a multiply-add can repeat one number from memory across its lanes by itself. */
  readonly foldsBroadcast: boolean;
  /**
   * How many (tap, channel) steps of a tile to write into one loop body. A target that reorders
   * code itself wants 1: it would otherwise hoist every load and run out of registers.
   */
  readonly bodySteps: number;
  /** Whether code can ask for data ahead of its use. */
  readonly prefetches: boolean;
  /** Bytes of a core's own fastest cache. */
  readonly cacheBytes: number;
  /** Bytes of its second cache that one kernel can count on. */
  readonly secondCacheBytes: number;
}
