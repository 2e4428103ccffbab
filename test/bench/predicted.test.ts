// What is predicted beside what is measured: which kernels count, and which are within 30 %.

import { expect, test } from "vitest";
import { largeKernels, predictedPage } from "../../bench/predicted.ts";
import type { Results } from "../../bench/results.ts";
import { costOf } from "../../src/kernel/cost.ts";
import { KernelWriter } from "../../src/kernel/writer.ts";
import type { KernelTime } from "../../src/measure/profile.ts";

const w = new KernelWriter("nothing", 4);
const cost = costOf(w.finish(), {
  execution: "vectors",
  lanes: 4,
  registers: 15,
  foldsBroadcast: false,
  bodySteps: 1,
  prefetches: false,
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
});

function kernel(name: string, milliseconds: number, predictedMilliseconds: number): KernelTime {
  const nothing = { gflops: 0, shareOfPeak: 0, megabytes: 0, gigabytesPerSecond: 0 };
  return { name, does: "", tasks: 1, milliseconds, predictedMilliseconds, ...nothing, cost };
}

// k0 is launched twice; k3 takes less than 2 %.
const kernels = [
  kernel("k1.map", 3, 2),
  kernel("k0.convolution", 4, 3),
  kernel("k0.convolution", 4, 5),
  kernel("k2.reduce", 2, 2.5),
  kernel("k3.map", 0.2, 20),
];
const stages = [{ milliseconds: 13.2, kernels }];

test("all launches of a kernel count together, and small kernels do not", () => {
  expect(largeKernels(stages)).toMatchObject([
    { name: "k0.convolution", launches: 2, milliseconds: 8, predictedMilliseconds: 8 },
    { name: "k1.map", launches: 1 },
    { name: "k2.reduce", launches: 1 },
  ]);
});

test("the page tells how many kernels are within 30 %", () => {
  const time = {
    network: "lenet",
    mode: "training",
    batch: 128,
    milliseconds: 13,
    predictedMilliseconds: 13,
    gflop: 1,
    shareOfPeak: 0.5,
    compileMilliseconds: 100,
    peers: [],
  } as const;
  const machine = { date: "2026-11-27", fovea: "0.1.0", processor: "a processor", busyCores: 0 };
  const rest = { node: "v20", system: "linux", cores: 2, memoryGigabytes: 8 };
  const results: Results = {
    machine: { ...machine, ...rest },
    target: "x64-avx512",
    device: "x64-avx512, 2 threads",
    versions: [],
    repeats: 1,
    targets: [],
    networks: [{ ...time, stages }, time],
    fresh: [],
  };
  const page = predictedPage(results);
  expect(page).toContain("All networks: 2 of 3 within 30 %.");
  expect(page).toMatch(/k1\.map .* 0\.67, no \|/);
  expect(page).toMatch(/k2\.reduce .* 1\.25 \|/);
  expect(page.match(/^## /gm)).toHaveLength(1);
});
