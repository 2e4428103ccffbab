// What the floors above see of a target: memory, programs, steps. A target is one folder that makes a
// `Device`; nothing above this floor changes when one is added.

import type { DType, NumericArray } from "../core/dtype.ts";
import type { MachineDescription } from "../kernel/machine-description.ts";
import type { Program } from "../kernel/program.ts";

/** The array that holds elements of each dtype. */
export interface ArrayOf {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
}

/** Elements of any dtype. */
export type DeviceView = ArrayOf[DType];

/** A piece of a device's memory. Where it lies, and whether it can be seen from here, the device alone knows. */
export interface DeviceBuffer {
  readonly bytes: number;
}

/** How a program is prepared. */
export interface LoadOptions {
  /** How many steps one call of `run` may take. Default: 1. */
  readonly stepsAtOnce?: number;
}

/** The inputs of one step, by name; each fills its input. */
export type StepInputs = Readonly<Record<string, ArrayLike<number>>>;

/** The outputs of one step, by name, copied out of the device. */
export type StepOutputs = Readonly<Record<string, DeviceView>>;

/** A program that is ready to run. */
export interface Executable {
  /** How many steps one call of `run` may take. */
  readonly stepsAtOnce: number;
  /** Runs one step after another without coming back in between; resolves when all are done. */
  run(steps: readonly StepInputs[]): Promise<StepOutputs[]>;
  /** Gives the program's memory back, when what runs has ended; resolves when all of it is free. */
  dispose(): Promise<void>;
}

/** A machine that holds memory and runs programs. */
export interface Device {
  /** The target's name. */
  readonly target: string;
  readonly threads: number;
  /** Why it is not quite what was asked for, if so: in a few words. */
  readonly remark?: string;
  readonly machine: MachineDescription;
  /** Reserves zeroed bytes. @throws TargetError when memory is used up. */
  allocate(bytes: number): DeviceBuffer;
  /** Gives back what `allocate` reserved. */
  free(buffer: DeviceBuffer): void;
  /**
   * Copies `data` into a buffer, from byte `at` on (Default: 0), in the dtype that stands for its array.
   *
   * @throws TargetError where it does not fit.
   */
  write(buffer: DeviceBuffer, data: NumericArray, at?: number): Promise<void>;
  /**
   * A copy of `length` elements of a buffer, from byte `at` on. Default: 0.
   *
   * @throws TargetError where there are not so many.
   */
  read<D extends DType>(
    buffer: DeviceBuffer,
    dtype: D,
    length: number,
    at?: number,
  ): Promise<ArrayOf[D]>;
  /** Prepares a program; `states` says where each of its states lies. */
  load(
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    options?: LoadOptions,
  ): Promise<Executable>;
  /** Ends the device's threads. */
  close(): Promise<void>;
}
