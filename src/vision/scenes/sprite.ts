// What is laid on a background: pixels with how opaque each is.

import type { RandomStream } from "../../core/random.ts";
import type { Color } from "../../images/channels.ts";

/** One object, before it has a place. */
export interface Sprite {
  readonly height: number;
  readonly width: number;
  /** The number of its class. */
  readonly label: number;
  /** `[H, W, 3]`, row by row. */
  readonly pixels: Uint8Array;
  /** `[H, W]`: 0 where the background shows, 255 where nothing of it does. */
  readonly opacity: Uint8Array;
}

/** What a sprite is made for. */
export interface SpriteRequest {
  readonly random: RandomStream;
  /** The length of its longer side in pixels, about. */
  readonly size: number;
  /** Colours that it should differ from: those of the background and of objects that are there. */
  readonly avoid: readonly Color[];
}

/** A sprite with the colour that it has on the whole. */
export interface ColoredSprite extends Sprite {
  readonly color: Color;
}

/** Makes an object of a random class. */
export type SpriteMaker = (request: SpriteRequest) => Promise<ColoredSprite> | ColoredSprite;

/** A pixel belongs to an object where this much of it does. */
export const solid = 128;
