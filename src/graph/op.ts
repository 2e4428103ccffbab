// The record that describes an op, and the node that applies one. An op file needs this file alone: rules
// that use other ops are handed the vocabulary, so op files never import each other.

import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Computation } from "./computation.ts";
import type { TensorType, Vocabulary } from "./vocabulary.ts";

export type { TensorType } from "./vocabulary.ts";

/** The settings of one application of an op: plain data, no nodes. */
export type Attributes = object;

/** One application of an op. Nodes are never changed; equal nodes may exist more than once. */
export interface Node extends TensorType {
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
}

/** How a sample's input is filled: uniform in `range`, whole numbers where `dtype` is not f32. */
export interface SampleInput {
  readonly shape: Shape;
  readonly dtype?: DType;
  /** From, up to but not including. Default: [-1, 1), and [0, 8) for whole numbers. */
  readonly range?: readonly [number, number];
}

/** A case that the conformance suites try: every op lists odd ones. */
export interface Sample<A extends Attributes> {
  readonly inputs: readonly SampleInput[];
  readonly attributes: A;
}

interface OpBase<A extends Attributes> {
  /** As in the op table. */
  readonly name: string;
  /** The shape rule: [N, …] of the result from those of the inputs. @throws ShapeError */
  infer(inputs: readonly TensorType[], attributes: A): TensorType;
  /** The naive loops. Fills `output`, in the precision of the arrays that it is handed. */
  reference(inputs: readonly Tensor[], attributes: A, output: Tensor): void;
  /**
   * The gradient of each input, given that of the result; `undefined` where none flows. It may
   * keep a broadcast shape: the walk sums it to the input's.
   */
  gradient?(
    context: { readonly node: Node; readonly inputs: readonly Node[]; readonly gradient: Node },
    attributes: A,
    build: Vocabulary<Node>,
  ): readonly (Node | undefined)[];
  /** Why there is no `gradient`, where there is none. */
  readonly noGradient?: string;
  /** The largest error that a target may make, relative to the largest result. Default: 2e-6. */
  readonly tolerance?: number;
  readonly samples: readonly Sample<A>[];
}

/** An op that schedules compute. */
export interface PrimitiveOp<A extends Attributes = Attributes> extends OpBase<A> {
  lower(inputs: readonly TensorType[], attributes: A, output: TensorType): Computation;
}

/** An op that is short for others: the passes replace it by its expansion. */
export interface CompositeOp<A extends Attributes = Attributes> extends OpBase<A> {
  expand(inputs: readonly Node[], attributes: A, build: Vocabulary<Node>): Node;
}

export type Op<A extends Attributes = Attributes> = PrimitiveOp<A> | CompositeOp<A>;

/** Whether an op is short for others. */
export function isComposite(op: Op): op is CompositeOp {
  return "expand" in op;
}

/** What a node of a primitive op computes. */
export function computationOf({ op, inputs, attributes, ...type }: Node): Computation {
  if (isComposite(op)) throw new Error(`${op.name} was not expanded`);
  return op.lower(inputs, attributes, type);
}

/** Applies `op`: checks the shapes and gives the node. @throws ShapeError where they do not fit. */
export function apply<A extends Attributes>(
  op: Op<A>,
  inputs: readonly Node[],
  attributes: A,
): Node {
  const { shape, dtype } = op.infer(inputs, attributes);
  return { op, inputs, attributes, shape, dtype };
}
