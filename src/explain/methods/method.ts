// What a method of attribution is: a row of table.ts. It says how far each part of a picture, or each place of a
// layer, bears on a score, and it knows no files, no colours and no command.

import type { Plane } from "../map.ts";
import type { MethodOptions } from "../options.ts";
import type { Probe, ScoreKind, Values } from "../probe.ts";

/** One picture, and the score that is to be explained. */
export interface Question {
  readonly probe: Probe;
  /** The picture as the first layer sees it, `[1, H, W, C]`. */
  readonly x: Values;
  /** What the score takes of each output, `[1, …]`: 1 at a class, 0 elsewhere. */
  readonly target: Values;
  readonly of: ScoreKind;
  /** The layers to look into, for a method that does. */
  readonly layers: readonly string[];
  /** Height and width of the picture. */
  readonly size: readonly [number, number];
  readonly options: Required<MethodOptions>;
}

/** What a method found. */
export interface Finding {
  /** Importance at every pixel, `[H, W]`, before it is brought to 0…1. */
  readonly map: Plane;
  /** What it was made from: `[h, w]` of a layer, or `[H, W, C]` of the input, with its sign. */
  readonly values: Values;
}

/** A method of attribution. */
export interface AttributionMethod {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  /** When it misleads. */
  readonly misleads: string;
  readonly paper: string;
  /** Whether it looks into a layer, or at the input alone. */
  readonly looksAt: "layer" | "input";
  /** The options that it has. */
  readonly options: readonly (keyof MethodOptions)[];
  explain(question: Question): Promise<Finding>;
}
