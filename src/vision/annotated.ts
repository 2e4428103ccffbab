// Pictures with what is in them, one at a time: what loaders and generators give, and what training sources,
// metrics and drawing take. Knows no network.

import type { Tensor } from "../core/tensor.ts";
import type { RunLengthCode } from "./masks/run-length.ts";

/** What is in one picture, object by object. */
export interface Objects {
  /** `[B, 4]`: left, top, right and bottom edge in pixels, 0 at the picture's own edge. */
  readonly boxes: Tensor<Float32Array>;
  /** `[B]`: the number of each object's class. */
  readonly classes: Int32Array;
  /**
   * `[B]`: 1 where an object counts neither for nor against a model, such as a crowd in COCO and a difficult object in
   * Pascal VOC. Default: all count.
   */
  readonly ignored?: Uint8Array;
  /** The mask of each object, for whoever measures masks; all for a picture of one size. Default: boxes alone. */
  readonly masks?: readonly RunLengthCode[];
}

/** `[H, W]`: the number of each pixel's class, with 255 where it is not known. */
export type ClassMap = Tensor<Uint8Array>;

/** One picture with what is in it. */
export interface Annotated<Target> {
  /** `[H, W, C]`, 0 to 255. */
  readonly image: Tensor<Uint8Array>;
  readonly target: Target;
}

/** Pictures with what is in them: one part of a data set. They need not be of one size. */
export interface AnnotatedImages<Target> {
  readonly count: number;
  /** The name of class `i` at index `i`. */
  readonly classNames: readonly string[];
  /** Other pictures or other annotations have another one. */
  readonly fingerprint: string;
  /** Picture `row`, from 0 to `count - 1`; the same each time it is asked for. */
  read(row: number): Promise<Annotated<Target>>;
  /**
   * What is in picture `row`, in pixels of the picture that `read` gives. The picture is not decoded for it where that
   * can be avoided.
   */
  target(row: number): Promise<Target>;
  /** What picture `row` is called, such as the path of its file. */
  nameOf(row: number): string;
}

/** What a detector finds in one picture: objects with how sure it is, the surest first. */
export interface Detections extends Omit<Objects, "ignored"> {
  /** `[B]`: 0 to 1. */
  readonly scores: Float32Array;
}
