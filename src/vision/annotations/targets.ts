// What is in the pictures of a folder, by their numbers: what boxes and masks have in common.

import type { AnnotationFault } from "./found.ts";

/** Targets by the numbers of pictures. */
export interface Targets<Target> {
  readonly classNames: readonly string[];
  /** Why a picture cannot be used, where what is said of it is the reason. */
  readonly problems: ReadonlyMap<number, string>;
  readonly faults: readonly AnnotationFault[];
  /** Objects of classes that were not asked for. */
  readonly others: number;
  /** The classes in a picture, each once. */
  labelsIn(row: number): readonly number[];
  /** The class of each object in a picture; absent where there are no objects. */
  objectsIn?(row: number): readonly number[];
  /** Other targets have another one. */
  digestOf(row: number): string;
  read(row: number): Promise<Target>;
}
