// What the conformance suite tries of each layer: a layer without a case does not compile.

import type { LayerKind } from "../../../src/nn/layers/index.ts";
import { activations } from "./activations.ts";
import { colors } from "./colors.ts";
import { convolutions } from "./convolutions.ts";
import { geometric } from "./geometric.ts";
import { images } from "./images.ts";
import type { LayerCase } from "./layer-case.ts";
import { merging } from "./merging.ts";
import { normalizations } from "./normalizations.ts";
import { operation } from "./operation.ts";
import { pooling } from "./pooling.ts";
import { random } from "./random.ts";
import { shapes } from "./shapes.ts";

export type { LayerCase, LayerSample } from "./layer-case.ts";

export const layerCases: Readonly<Record<LayerKind, LayerCase>> = {
  ...activations,
  ...colors,
  ...convolutions,
  ...geometric,
  ...images,
  ...merging,
  ...normalizations,
  operation,
  ...pooling,
  ...random,
  ...shapes,
};
