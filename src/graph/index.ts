// The door of `fovea/graph`: ops, graphs of them, gradients and the reference evaluator.

export type { DType, NumericArray } from "../core/dtype.ts";
export type { Shape } from "../core/shape.ts";
export { type Tensor, tensor } from "../core/tensor.ts";
export { gradients } from "./autodiff.ts";
export type {
  Builder,
  ConvolutionOptions,
  PoolAttributes,
  PoolGradientAttributes,
  PoolOptions,
  ReduceOptions,
} from "./builder.ts";
export {
  type Combine,
  type Computation,
  type ConvolutionGeometry,
  neutral,
} from "./computation.ts";
export { evaluate, type Precision } from "./evaluate.ts";
export type { Affine, Expression, Index, ScalarOp } from "./expression.ts";
export { type Graph, rootsOf, topologicalOrder, type Update } from "./graph.ts";
export {
  type Attributes,
  apply,
  type CompositeOp,
  isComposite,
  type Node,
  type Op,
  type PrimitiveOp,
  type Sample,
  type SampleInput,
  type TensorType,
} from "./op.ts";
export { type OpName, ops, opTable } from "./ops/index.ts";
export type { Padding, Window, WindowAxis } from "./window.ts";
