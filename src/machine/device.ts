// What the floors above see of a target: memory, programs, steps. A target is one folder that makes a
// `Device`; nothing above this floor changes when one is added.

import type { DType } from "../core/dtype.ts";
import type { MachineDescription } from "../kernel/machine-description.ts";
import type { Program } from "../kernel/program.ts";

/** A typed array over a device's memory. It goes stale when the memory grows: ask anew. */
export type DeviceView = Float32Array | Int32Array | Uint8Array;

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
  /** Reserves zeroed bytes and gives their address. @throws TargetError when memory is used up. */
  allocate(bytes: number): number;
  /** Gives back what `allocate` reserved. */
  free(address: number): void;
  /** Copies `data` to `address`, in its own type. */
  write(address: number, data: DeviceView): Promise<void>;
  /** A copy of the elements at `address`. */
  read(dtype: DType, address: number, length: number): Promise<DeviceView>;
  /** The elements at `address`. */
  view(dtype: DType, address: number, length: number): DeviceView;
  /** Prepares a program; `states` says where each of its states lies. */
  load(
    program: Program,
    states: ReadonlyMap<string, number>,
    options?: { readonly stepsAtOnce?: number },
  ): Promise<Executable>;
  /** Ends the device's threads. */
  close(): Promise<void>;
}
