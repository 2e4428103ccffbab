// Squeeze-and-excitation with 1 x 1 convolutions, as MobileNetV3 and EfficientNet have it: what
// each channel shows decides how much each counts.

import type { ActivationName } from "../../nn/activations.ts";
import type { InitializerSetting } from "../../nn/initializers/index.ts";
import { layers } from "../../nn/layers/index.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { named } from "./chain.ts";

export interface SqueezeOptions {
  /** Channels of the inner convolution. */
  readonly filters: number;
  readonly activation: ActivationName;
  /** What brings the weights of the channels to 0…1. */
  readonly gate: ActivationName;
  readonly kernelInitializer?: InitializerSetting;
  readonly names: {
    readonly pool?: string;
    readonly reduce: string;
    readonly expand: string;
    readonly multiply?: string;
  };
}

/**
 * `[N, H, W, C] → [N, H, W, C]`: each channel times its weight, `gate(W₂ · activation(W₁ · mean of
 * x))`. Source: Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018.
 */
export function squeeze(x: SymbolicTensor, options: SqueezeOptions): SymbolicTensor {
  const { filters, activation, gate, names, kernelInitializer } = options;
  const kind = {
    kernelSize: 1,
    padding: "same",
    ...(kernelInitializer === undefined ? {} : { kernelInitializer }),
  } as const;
  const pool = layers.globalAveragePooling2d({ keepDimensions: true, ...named(names.pool) });
  const reduce = layers.conv2d({ filters, activation, ...kind, name: names.reduce });
  const expand = layers.conv2d({
    filters: x.shape[2],
    activation: gate,
    ...kind,
    name: names.expand,
  });
  const weights = expand.apply(reduce.apply(pool.apply(x)));
  return layers.multiply(named(names.multiply)).apply([x, weights]);
}
