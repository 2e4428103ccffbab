// What Fovea wants to reach: `bench` prints it beside what it measures.

import type { Mode } from "../src/measure/step.ts";
import type { NetworkName } from "./networks.ts";

/** How many times PyTorch's speed. */
export const fasterThanPytorch = {
  training: { lenet: 3, mnist: 2.5, simple: 2, cifar: 1.6, vgg: 1.6, resnet: 1.6 },
  inference: { lenet: 1.5, mnist: 1.5, simple: 1.5, cifar: 1.5, vgg: 1.5, resnet: 1.5 },
} as const satisfies Record<Mode, Record<NetworkName, number>>;

/** How many times ONNX Runtime's speed, in inference. */
export const fasterThanOnnxruntime = 1;

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

/** Seconds until the training step is ready to run. */
export const compileSeconds = { resnet: 1, resnet50: 5 } as const;

/** Pictures a second from a folder, beside a DataLoader of torchvision with as many workers. */
export const fasterThanTorchvision = 1.3;
