// The layers: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import type { Layer } from "../layer.ts";
import { activation } from "./activation.ts";
import { averagePooling2d } from "./average-pooling2d.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePooling2d } from "./global-average-pooling2d.ts";
import { maxPooling2d } from "./max-pooling2d.ts";

/** Every layer by the name that models and files use. */
export const layers = {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
};

export type LayerKind = keyof typeof layers;

/** A layer again, from what a file says of it. @throws ConfigError where there is no such layer. */
export function layerFrom(kind: string, options: object): Layer {
  return (lookUp(layers, kind, "layer") as (options: object) => Layer)(options);
}
