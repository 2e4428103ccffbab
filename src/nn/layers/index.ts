// The layers: one file each, one row each. Floor 4.

import { lookUp } from "../../core/names.ts";
import { instancesOf, type LayerInstance } from "../layer-instance.ts";
import { activation } from "./activation.ts";
import { add } from "./add.ts";
import { average } from "./average.ts";
import { averagePooling2d } from "./average-pooling2d.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { channelPooling } from "./channel-pooling.ts";
import { concatenate } from "./concatenate.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePooling2d } from "./global-average-pooling2d.ts";
import { maxPooling2d } from "./max-pooling2d.ts";
import { maximum } from "./maximum.ts";
import { minimum } from "./minimum.ts";
import { multiply } from "./multiply.ts";
import { subtract } from "./subtract.ts";

/** Every layer by the name that models and files use. */
export const layers = instancesOf({
  activation,
  add,
  average,
  averagePooling2d,
  batchNormalization,
  channelPooling,
  concatenate,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  maximum,
  minimum,
  multiply,
  subtract,
});

export type LayerKind = keyof typeof layers;

/** A layer again, from what a file says of it. @throws ConfigError where there is no such layer. */
export function layerFrom(kind: string, options: object): LayerInstance {
  return (lookUp(layers, kind, "layer") as (options: object) => LayerInstance)(options);
}
