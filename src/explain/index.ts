// Explanations: which parts of a picture a model looks at.

export { type Attribution, type AttributionOptions, attribute } from "./attribute.ts";
export type { ColourMapName } from "./colours.ts";
export { type LayerChoice, lastSpatialLayer } from "./layer-choice.ts";
export { type AttributionName, methods } from "./methods/table.ts";
export { type OverlayOptions, overlay } from "./overlay.ts";
export type { Curve } from "./trust/curves.ts";
export type { Randomization } from "./trust/randomization.ts";
export { type Trust, type TrustOptions, trust } from "./trust/trust.ts";
