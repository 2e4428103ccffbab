// What is known of a network before the class is: its units, their uses and names. Unfolding it into
// steps and writing it down as plain data need nothing more.

import type { Application, SymbolicTensor, Unit } from "./symbolic.ts";

/** The kind of a network among the units of another. */
export const networkKind = "network";

/** A unit in its place. */
export interface PlacedLayer {
  readonly name: string;
  readonly layer: Unit;
  /** Its uses in this network, in the order in which they were made. */
  readonly applications: readonly Application[];
}

/** A value: a layer's name, which of its uses, and which result of that. */
export type TensorReference = readonly [name: string, use: number, index: number];

/** A network as a graph of units. */
export interface NetworkParts extends Unit {
  readonly kind: typeof networkKind;
  readonly name: string;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** How the outputs were given. */
  readonly outputForm: "one" | "list" | "record";
  /** All units in Keras's order. */
  readonly layers: readonly PlacedLayer[];
  /** Every use of a unit, inputs before users. */
  readonly applications: readonly Application[];
  /** The name of a unit of this network. */
  nameOf(unit: Unit): string;
  /** Where a tensor of this network comes from. */
  referenceTo(tensor: SymbolicTensor): TensorReference;
}

/** Whether a unit is a network. */
export function hasParts(unit: Unit): unit is NetworkParts {
  return unit.kind === networkKind;
}
