// Which schedule the cost model chooses, for shapes as networks have them. Each choice that is not the first
// one of its row was measured to be faster; where a change moves one, time it before this list follows.

import { expect, test } from "vitest";
import { VerificationError } from "../../src/core/errors.ts";
import type { ConvolutionGeometry } from "../../src/graph/computation.ts";
import type { MachineDescription } from "../../src/kernel/machine-description.ts";
import type { ConvolutionWork } from "../../src/kernel/schedules/convolution-work.ts";
import { choose, schedules } from "../../src/kernel/schedules/index.ts";
import type { ScheduleContext } from "../../src/kernel/schedules/schedule.ts";

const common = {
  execution: "vectors",
  bodySteps: 1,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
} as const;
const machines = {
  "x64-avx512": { ...common, lanes: 16, registers: 31, foldsBroadcast: true, prefetches: true },
  "x64-avx2": { ...common, lanes: 8, registers: 16, foldsBroadcast: true, prefetches: true },
  wasm: { ...common, lanes: 4, registers: 15, foldsBroadcast: false, prefetches: false },
} satisfies Record<string, MachineDescription>;

const storage = { name: "s", dtype: "f32", size: 1 } as const;

function contextOf(machine: MachineDescription): ScheduleContext {
  return { machine, precision: "fast", name: "k0", scratch: () => storage };
}

interface Shape {
  readonly images: number;
  readonly size: number;
  readonly channels: number;
  readonly filters: number;
  readonly taps: number;
  readonly stride: number;
}

function workOf(
  pass: ConvolutionWork["pass"],
  { images, size, channels, filters, taps, stride }: Shape,
): ConvolutionWork {
  const output = Math.ceil(size / stride);
  const before = stride === 1 ? (taps - 1) / 2 : 0;
  const axis = { input: size, output, taps, stride, dilation: 1, before };
  const geometry: ConvolutionGeometry = {
    images,
    window: [axis, axis],
    groups: 1,
    inputChannels: channels,
    outputChannels: filters,
  };
  const shapes = {
    forward: [images, output, output, filters],
    inputGradient: [images, size, size, channels],
    filterGradient: [taps, taps, channels, filters],
  };
  const view = { storage, shape: shapes[pass] };
  const stores = [{ view, formula: { kind: "result" } as const }];
  return { pass, geometry, shape: view.shape, stores, first: view, second: view };
}

const shape = (
  images: number,
  size: number,
  channels: number,
  filters: number,
  taps: number,
  stride = 1,
): Shape => ({
  images,
  size,
  channels,
  filters,
  taps,
  stride,
});

const shapes: Record<string, Shape> = {
  "first layer of lenet": shape(128, 28, 1, 6, 5),
  "first layer of mnist": shape(128, 28, 1, 32, 3),
  "3x3 of 64 channels": shape(128, 28, 64, 64, 3),
  "3x3 of 256 channels at 7x7, one image": shape(1, 7, 256, 256, 3),
  "1x1 of 64 channels at 56x56": shape(16, 56, 64, 256, 1),
  "1x1 of 512 channels at 28x28": shape(16, 28, 512, 128, 1),
  "1x1 of 2048 channels at 7x7": shape(16, 7, 2048, 512, 1),
  "1x1 of 2048 channels at 7x7, one image": shape(1, 7, 2048, 512, 1),
  "1x1 of 1024 channels at 14x14, stride 2": shape(16, 14, 1024, 2048, 1, 2),
  "3x3 of 512 channels at 14x14, stride 2": shape(16, 14, 512, 512, 3, 2),
  "7x7 of 3 channels at 224x224, stride 2": shape(16, 224, 3, 64, 7, 2),
};

test.each(Object.keys(machines) as (keyof typeof machines)[])("on %s", (target) => {
  const context = contextOf(machines[target]);
  const chosen = Object.entries(shapes).map(([what, shape]) => {
    const passes = ["forward", "inputGradient", "filterGradient"] as const;
    const names = passes.map(
      (pass) => choose(context, schedules.vectors.convolution, workOf(pass, shape)).name,
    );
    return `${what}: ${names.join(", ")}`;
  });
  expect(chosen).toMatchSnapshot();
});

test.each(Object.keys(machines) as (keyof typeof machines)[])(
  "twice as much work is never expected to be cheaper, by any schedule on %s",
  (target) => {
    const context = contextOf(machines[target]);
    const larger = ["images", "size", "channels", "filters"] as const;
    const cheaper: string[] = [];
    for (const [what, shape] of Object.entries(shapes)) {
      for (const pass of ["forward", "inputGradient", "filterGradient"] as const) {
        const work = workOf(pass, shape);
        for (const row of schedules.vectors.convolution) {
          for (const key of larger) {
            const twice = workOf(pass, { ...shape, [key]: 2 * shape[key] });
            if (!row.applies(context, work) || !row.applies(context, twice)) continue;
            const costs = [row.cost(context, work), row.cost(context, twice)];
            if (costs[1] < costs[0])
              cheaper.push(`${row.name}, ${pass}, ${what}, ${key}: ${costs}`);
          }
        }
      }
    }
    expect(cheaper).toEqual([]);
  },
);

test("on a grid of threads there is none yet, and the refusal says so", () => {
  const context = contextOf({ ...machines.wasm, execution: "grid" });
  const work = workOf("forward", shapes["first layer of lenet"]);
  const none = () => choose(context, schedules.grid.convolution, work);
  expect(none).toThrow(VerificationError);
  expect(none).toThrow(/No schedule computes "k0"[\s\S]*"grid"/);
});

test("names of schedules are unique", () => {
  const names = Object.values(schedules.vectors).flatMap((rows) => rows.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});
