// What an architecture of the zoo is. It says which layers follow each other for one kind of image and a
// number of classes; it knows no data, no weights and no training.

import type { Shape } from "../core/shape.ts";
import type { Layer } from "../nn/layer.ts";

/** What an architecture is fitted to. */
export interface Fit {
  /** The shape of one image, `[H, W, C]`. */
  readonly inputShape: Shape;
  /** How many classes it tells apart. */
  readonly classes: number;
}

/** Layers that carry a name. */
export interface Architecture {
  readonly name: string;
  /** One line for people who choose. */
  readonly description: string;
  /** @throws ConfigError where an option of a layer cannot be used. */
  layers(fit: Fit): Layer[];
}
