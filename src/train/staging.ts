// Examples that do not stay on the device: a ring of two batches there, of which one is filled while the step on
// the other is at work. Programs see rows of the ring; whoever runs them asks for rows of the examples.

import { dtypeOf } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Device, Executable, StepInputs, StepOutputs } from "../machine/device.ts";
import type { Resident } from "./residency.ts";

/** Rows by their numbers, as programs take them: inputs, targets, then weights. */
export interface RowReader {
  readonly count: number;
  read(rows: Int32Array): Promise<readonly (Tensor | undefined)[]>;
}

/** Batches that the ring has room for. */
export const ringBatches = 2;

/** A ring of batches on a device. */
export interface Ring {
  readonly reader: RowReader;
  /** Rows of one batch at most. */
  readonly batch: number;
  /** Where each tensor of the reader goes. */
  readonly residents: readonly (Resident | undefined)[];
}

/** The program, which takes rows of the ring, as one that takes rows of the examples. */
export function stagedExecutable(
  device: Device,
  { reader, batch, residents }: Ring,
  executable: Executable,
): Executable {
  /** Puts the rows of a step into its half of the ring; the step as the program takes it. */
  const stage = async (step: StepInputs, at: number): Promise<StepInputs> => {
    const first = (at % ringBatches) * batch;
    const values = await reader.read(Int32Array.from(step.rows));
    for (const [i, tensor] of values.entries()) {
      const resident = residents[i];
      requireLike(tensor, resident);
      if (tensor === undefined || resident === undefined) continue;
      const rowBytes = sizeOf(tensor.shape.slice(1)) * bytesOf(resident);
      await device.write(resident.buffer, tensor.data, first * rowBytes);
    }
    return { ...step, rows: Int32Array.from(step.rows, (_, i) => first + i) };
  };
  return {
    stepsAtOnce: executable.stepsAtOnce,
    async run(steps) {
      const outputs: StepOutputs[] = [];
      if (steps.length === 0) return outputs;
      let next = stage(steps[0], 0);
      for (let i = 0; i < steps.length; i++) {
        const inputs = await next;
        const running = executable.run([inputs]);
        // The half that the step before has left.
        if (i + 1 < steps.length) next = stage(steps[i + 1], i + 1);
        const [results] = await Promise.allSettled([running, next]);
        if (results.status === "rejected") throw results.reason;
        outputs.push(...results.value);
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

const bytesOf = ({ type }: Resident) => (type.dtype === "u8" ? 1 : 4);
