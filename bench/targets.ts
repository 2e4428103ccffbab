// What Fovea wants to reach: `bench` prints it beside what it measures.

import type { Mode } from "../src/measure/step.ts";
import { isLarge, type NetworkName } from "./networks.ts";
import type { ProductShape } from "./products.ts";

/** What the smallest networks are to reach in training: their peers pay most for each call. */
const smallTraining: Partial<Record<NetworkName, number>> = { lenet: 3, mnist: 2.5, simple: 2 };

/** How many times PyTorch's speed. */
export function fasterThanPytorch(mode: Mode, network: NetworkName): number {
  if (mode === "inference" || isLarge(network)) return 1.5;
  return smallTraining[network] ?? 1.6;
}

/** How many times the speed of the fastest peer, in inference: natively, and in WebAssembly. */
export function fasterThanBest(network: NetworkName, target: string): number {
  if (!isLarge(network)) return 1;
  return target === "wasm" ? 2 : 1.3;
}

/** The 3x3 convolution, as a part of the target's own peak, or in GFLOP/s a thread. */
export const convolutionTargets: Readonly<
  Record<string, { readonly share?: number; readonly gflops?: number }>
> = {
  "x64-avx512": { share: 0.88 },
  "x64-avx2": { share: 0.85 },
  wasm: { gflops: 28 },
};

/** How many times faster Winograd's convolution is than plain sums. */
export const winogradSpeedup = 1.5;

/** Multiply-adds from which a product is a large one: 1024 rows, sums and columns. */
const largeProduct = 1024 ** 3;

/** A product of matrices, as a part of the target's own peak. */
export function productShare([rows, sums, columns]: ProductShape): number {
  return rows * sums * columns >= largeProduct ? 0.85 : 0.7;
}

/** How far from the measured time of a kernel that takes more than 2 % of a step the cost model may be. */
export const predictedWithin = 0.3;

/** Seconds until the training step is ready to run. */
export const compileSeconds = { resnet: 1, "resnet-50": 2.5, "vgg-16": 2.5 } as const;

/** Pictures a second from a folder, beside a DataLoader of torchvision with as many workers. */
export const fasterThanTorchvision = 1.3;

/** A step of style transfer at 256 x 256 with the layers of VGG-19, in times of PyTorch's speed. */
export const fasterInStyle = 1.5;
