// What an architecture of the zoo is: a network for one kind of image and a number of classes. It knows no
// data, no weights and no training.

import type { Shape } from "../core/shape.ts";
import type { Network } from "../nn/network.ts";

/** What an architecture is fitted to. */
export interface Fit {
  /** The shape of one image, `[H, W, C]`. */
  readonly inputShape: Shape;
  /** How many classes it tells apart. */
  readonly classes: number;
}

/** A network that carries a name. */
export interface Architecture {
  readonly name: string;
  /** One line for people who choose. */
  readonly description: string;
  /**
   * The network for images `[H, W, C]` and a number of classes.
   *
   * @throws ShapeError where the images are too small for it.
   */
  build(fit: Fit): Network;
}
