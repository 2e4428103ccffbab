// What a schedule may know of the machine it is for. Numbers only, no target's name.

/** The numbers that tiles are chosen by. */
export interface MachineDescription {
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
  /** Bytes of a core's own fastest cache. */
  readonly cacheBytes: number;
}
