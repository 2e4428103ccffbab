// Many steps of a program in few calls. Knows no graph and no epoch.

import { bytesPerElement } from "../core/dtype.ts";
import type { Program } from "../kernel/program.ts";
import type { StepInputs, StepOutputs } from "../machine/device.ts";
import type { RowExecutable } from "./staging.ts";

/** Steps that one call may take: enough to make the call's own time vanish. */
export const mostStepsAtOnce = 64;
/** Bytes of outputs that may wait on the device. */
const waitingBytes = 8 << 20;

/** How many steps' outputs of a program may wait on the device. */
export function stepsThatWait({ outputs }: Program): number {
  const bytes = outputs.reduce(
    (sum, { storage, dtype }) => sum + bytesPerElement[dtype] * storage.size,
    0,
  );
  return Math.max(1, Math.floor(waitingBytes / Math.max(1, bytes)));
}

/** How long one call should keep the threads busy, in milliseconds. */
export const busyMilliseconds = 40;

/**
 * Runs steps in calls that grow until each takes a moment: progress stays smooth, and small steps
 * do not pay for the call. How steps are grouped changes no result. `program` is asked before every
 * call, for what it is to run. `goesOn` is asked between calls, which take `atMost` steps each; `before` is
 * awaited before each of a call's steps. `rowsOf` says which rows a step takes, also of steps after `count`, so that
 * they can be read ahead.
 */
export async function runSteps(
  program: () => Promise<RowExecutable>,
  count: number,
  inputsOf: (step: number) => StepInputs,
  after: (step: number, outputs: StepOutputs) => void | Promise<void>,
  {
    goesOn = () => true,
    before,
    atMost = mostStepsAtOnce,
    rowsOf = (step) => (step < count ? Int32Array.from(inputsOf(step).rows) : undefined),
  }: {
    readonly goesOn?: () => boolean;
    readonly before?: (step: number) => Promise<void>;
    readonly atMost?: number;
    readonly rowsOf?: (step: number) => Int32Array | undefined;
  } = {},
): Promise<void> {
  let atOnce = 1;
  for (let done = 0; done < count && goesOn(); ) {
    const room = (await program()).stepsAtOnce;
    const steps = Math.min(atOnce, atMost, room, count - done);
    if (before !== undefined) {
      for (let i = 0; i < steps; i++) await before(done + i);
    }
    // A callback may have frozen a layer just now.
    const executable = await program();
    const start = performance.now();
    const outputs = await executable.run(
      Array.from({ length: steps }, (_, i) => inputsOf(done + i)),
      rowsAfter(done + steps, rowsOf),
    );
    const each = (performance.now() - start) / steps;
    for (const [i, output] of outputs.entries()) {
      await after(done + i, output);
    }
    done += steps;
    atOnce = Math.max(1, Math.min(2 * atOnce, Math.round(busyMilliseconds / each)));
  }
}

/** Batches that are announced before they are needed. */
const announced = 8;

function rowsAfter(first: number, rowsOf: (step: number) => Int32Array | undefined): Int32Array[] {
  const batches = Array.from({ length: announced }, (_, i) => rowsOf(first + i) ?? []);
  const end = batches.findIndex((rows) => rows.length === 0);
  return (end === -1 ? batches : batches.slice(0, end)) as Int32Array[];
}
