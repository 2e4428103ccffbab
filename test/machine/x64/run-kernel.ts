// Runs one kernel by itself on a device: its buffers are states, so the test sees all of them.

import { allocate, bytesPerElement, type DType } from "../../../src/core/dtype.ts";
import type { Kernel } from "../../../src/kernel/language.ts";
import type { Program } from "../../../src/kernel/program.ts";
import { verifyKernel } from "../../../src/kernel/verify.ts";
import type { Device } from "../../../src/machine/device.ts";

/** The contents of a kernel's buffers, in their order. */
export type Contents = readonly (readonly number[])[];

/** A program of one kernel. */
function programOf(kernel: Kernel): Program {
  const storages = kernel.buffers.map(({ name, dtype, size }) => ({ name, dtype, size }));
  return {
    name: kernel.name,
    inputs: [],
    outputs: [],
    states: storages.map((storage) => ({
      name: storage.name,
      storage,
      dtype: storage.dtype,
      shape: [storage.size],
    })),
    preparation: [],
    stages: [[{ kernel, bindings: storages }]],
    offsets: new Map(),
    arenaBytes: 0,
    preparedBytes: 0,
    workspaceBytes: 0,
  };
}

/** What the buffers hold after the kernel. */
export async function runKernelOn(
  device: Device,
  kernel: Kernel,
  before: Contents,
): Promise<Contents> {
  verifyKernel(kernel);
  const places = kernel.buffers.map(({ dtype, size }) => ({
    dtype,
    size,
    buffer: device.allocate(size * bytesPerElement[dtype]),
  }));
  for (const [i, { dtype, size, buffer }] of places.entries()) {
    const values = allocate(dtype, size);
    values.set(before[i]);
    await device.write(buffer, values);
  }
  const names = kernel.buffers.map(({ name }) => name);
  const states = new Map(names.map((name, i) => [name, places[i].buffer]));
  const executable = await device.load(programOf(kernel), states);
  await executable.run([{}]);
  const after: number[][] = [];
  for (const { dtype, size, buffer } of places) {
    after.push(Array.from(await device.read(buffer, dtype, size)));
  }
  executable.dispose();
  for (const { buffer } of places) device.free(buffer);
  return after;
}

/** f32 numbers by their order, so that neighbours differ by 1; both zeros count alike. */
function orderOf(value: number): number {
  const [bits] = new Int32Array(new Float32Array([value]).buffer);
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

/** The first elements that differ by more than `ulps`, in words. */
export function differences(
  kernel: Kernel,
  expected: Contents,
  received: Contents,
  ulps = 0,
): string[] {
  return kernel.buffers
    .flatMap(({ name, dtype }, i) =>
      expected[i].flatMap((value, at) =>
        close(dtype, value, received[i][at], ulps)
          ? []
          : [`${name}[${at}]: ${value} expected, ${received[i][at]} received`],
      ),
    )
    .slice(0, 4);
}

function close(dtype: DType, a: number, b: number, ulps: number): boolean {
  if (Object.is(a, b)) return true;
  if (dtype !== "f32" || Number.isNaN(a) || Number.isNaN(b)) return false;
  return ulps > 0 && Math.abs(orderOf(a) - orderOf(b)) <= ulps;
}
