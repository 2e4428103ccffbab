// Classifiers: what stands behind the last features.

import type { InitializerSetting } from "../../nn/initializers/index.ts";
import type { ActivationSetting } from "../../nn/layers/activation-setting.ts";
import { layers } from "../../nn/layers/index.ts";
import type { SymbolicTensor } from "../../nn/symbolic.ts";
import { chain, named } from "./chain.ts";

/** What a classifier is told. */
interface TopSettings {
  readonly classes: number;
  readonly activation: ActivationSetting;
}

interface AverageTopOptions {
  /** The name of the pooling layer. */
  readonly pool?: string;
  /** The name of the dense layer. Default: `predictions`. */
  readonly dense?: string;
  /** Dropout in between, and its name. Default: none. */
  readonly dropout?: { readonly rate: number; readonly name?: string };
  readonly kernelInitializer?: InitializerSetting;
}

/** `[N, H, W, C] → [N, classes]`: the mean of each channel, dropout, and one dense layer. */
export function averageTop({ pool, dense, dropout, kernelInitializer }: AverageTopOptions = {}) {
  return (x: SymbolicTensor, { classes, activation }: TopSettings): SymbolicTensor =>
    chain(x, [
      layers.globalAveragePooling2d(named(pool)),
      ...(dropout === undefined || dropout.rate === 0 ? [] : [layers.dropout(dropout)]),
      layers.dense({
        units: classes,
        activation,
        name: dense ?? "predictions",
        ...(kernelInitializer === undefined ? {} : { kernelInitializer }),
      }),
    ]);
}
