// What a model is made of, before any training: its layers, how they hang together, and the model as a
// layer of another.

import { requireKnownOptions } from "../core/option.ts";
import { formatSummary, type SummaryOptions, summaryOptionNames } from "../nn/format-summary.ts";
import type { Network, SymbolicOutputs } from "../nn/network.ts";
import { type Summary, summarize } from "../nn/summary.ts";
import { listOf, type SymbolicInputs, type SymbolicTensor } from "../nn/symbolic.ts";
import { findLayer, layersOf, type ModelLayer } from "./model-layer.ts";
import { type Shaped, shaped } from "./structure.ts";

/** The half of a model that its network targets for. `O` is the form of its outputs. */
export class Architecture<O extends SymbolicOutputs> {
  readonly network: Network;

  constructor(network: Network) {
    this.network = network;
  }

  get name(): string {
    return this.network.name;
  }

  /** What the model begins with, to be followed to other outputs. */
  get inputs(): readonly SymbolicTensor[] {
    return this.network.inputs;
  }

  /** What it ends in, in the form in which it was given. */
  get outputs(): Shaped<O, SymbolicTensor> {
    return shaped<O, SymbolicTensor>(this.network, this.network.outputs);
  }

  /**
   * The model's results for other inputs: a model is a layer, too. Weights are shared.
   *
   * @throws ShapeError where the inputs are not shaped as the model's own.
   * @example const features = base.apply(input({ shape: [96, 96, 3] }))
   */
  apply(inputs: SymbolicInputs): Shaped<O, SymbolicTensor> {
    const tensors = listOf(inputs, `What the model "${this.name}" is applied to`);
    return shaped<O, SymbolicTensor>(this.network, this.network.apply(tensors));
  }

  /**
   * Whether training changes it. Setting it sets it for every layer, and takes effect from the next step
   * on, in a callback too. What the optimizer remembers of a frozen weight waits for it to be trained again.
   */
  get trainable(): boolean {
    return this.network.trainable;
  }

  set trainable(value: boolean) {
    this.network.trainable = value;
  }

  /** The layers, in Keras's order. */
  get layers(): readonly ModelLayer[] {
    return layersOf(this.network);
  }

  /**
   * A layer by name, or by index from the front or, below 0, from the end.
   *
   * @throws ConfigError where there is none, with a close name if there is.
   * @example model.getLayer("conv2d").trainable = false
   */
  getLayer(which: string | number): ModelLayer {
    return findLayer(this.layers, which);
  }

  /** How many numbers the weights are. */
  countParams(): number {
    return this.network.parameterCount;
  }

  /** The table of layers as data. */
  summarize(): Summary {
    return summarize(this.network);
  }

  /** The table of layers, as Keras prints it, with multiply-adds and receptive fields. */
  summary(options: SummaryOptions = {}): string {
    requireKnownOptions("summary", options, summaryOptionNames, "{ width: 100 }");
    return formatSummary(summarize(this.network), options);
  }
}
