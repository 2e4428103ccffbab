// A layer as a part of a model: what people get from `model.getLayer`.

import { ConfigError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { shown } from "../core/option.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensors } from "../interchange/check-weights.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { isNetwork, type Network, type PlacedLayer } from "../nn/network.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { variablesOf } from "./first-values.ts";
import type { Variable } from "./variable.ts";

/** A layer, or a network that is used as one, in its place in a model. */
export class ModelLayer {
  readonly name: string;
  readonly #placed: PlacedLayer;

  constructor(placed: PlacedLayer) {
    this.name = placed.name;
    this.#placed = placed;
  }

  /** Keras's name for the class. */
  get className(): string {
    return this.#placed.layer.className;
  }

  /**
   * Whether training changes it; of a network, all its layers. Setting it takes effect from the next step
   * on, in a callback too. What the optimizer remembers of a frozen weight waits for it to be trained again.
   * A network with weights that is frozen as a whole computes as in prediction, its dropout too.
   */
  get trainable(): boolean {
    return this.#placed.layer.trainable;
  }

  set trainable(value: boolean) {
    this.#placed.layer.trainable = value;
  }

  /** The layers of a network that is used as a layer; none of any other. */
  get layers(): readonly ModelLayer[] {
    const { layer } = this.#placed;
    return isNetwork(layer) ? layersOf(layer) : [];
  }

  /** Whether it has weights; of a network, whether one of its layers has. */
  get hasWeights(): boolean {
    const { layer } = this.#placed;
    if (isNetwork(layer)) return layer.weights.length > 0;
    return this.#placed.applications.some(({ plan }) => (plan?.weights.length ?? 0) > 0);
  }

  /** A layer of a network that is used as a layer. @throws ConfigError where there is none. */
  getLayer(which: string | number): ModelLayer {
    return findLayer(this.layers, which);
  }

  /** What it is applied to. @throws ConfigError where that is not one tensor. */
  get input(): SymbolicTensor {
    return this.#only(
      this.#placed.applications.flatMap(({ inputs }) => inputs),
      "input",
    );
  }

  /** Its result. @throws ConfigError where it has several; `outputs` lists them. */
  get output(): SymbolicTensor {
    return this.#only(this.outputs, "output");
  }

  /** Its results, use by use. */
  get outputs(): readonly SymbolicTensor[] {
    return this.#placed.applications.flatMap(({ outputs }) => outputs);
  }

  /** How many numbers its weights are. */
  countParams(): number {
    return [...this.#variables()].reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
  }

  /** A copy of its weights by name, such as `kernel`. */
  async getWeights(): Promise<Map<string, Tensor<Float32Array>>> {
    const weights = new Map<string, Tensor<Float32Array>>();
    for (const [name, variable] of this.#variables()) weights.set(name, await variable.read());
    return weights;
  }

  /**
   * Replaces its weights.
   *
   * @throws ShapeError where one is missing, unknown, or of another shape; nothing is replaced then.
   */
  async setWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    const variables = this.#variables();
    const shapes = new Map([...variables].map(([name, { shape }]) => [name, shape]));
    checkTensors(`The weights do not belong to the layer "${this.name}".`, shapes, weights);
    const written = [...variables].map(([name, variable]) =>
      variable.write((weights.get(name) as Tensor).data),
    );
    await Promise.all(written);
  }

  #variables(): Map<string, Variable> {
    const { layer, applications } = this.#placed;
    if (isNetwork(layer)) return variablesOf(layer.owners);
    const weights = applications[0].plan?.weights ?? [];
    return variablesOf([{ layer: layer as LayerInstance, path: "", weights }]);
  }

  #only(tensors: readonly SymbolicTensor[], what: string): SymbolicTensor {
    if (tensors.length === 1) return tensors[0];
    throw new ConfigError({
      what: `The layer "${this.name}" does not have exactly one ${what}.`,
      expected: "a layer that is used once, with one tensor",
      received: `${tensors.length} tensors`,
      fix: "choose one of layer.outputs",
    });
  }
}

/** The layers of a network, in Keras's order. */
export function layersOf(network: Network): readonly ModelLayer[] {
  return network.layers.map((placed) => new ModelLayer(placed));
}

/** A layer by name or index. @throws ConfigError where there is none, with a close name if there is. */
export function findLayer(layers: readonly ModelLayer[], which: string | number): ModelLayer {
  if (typeof which === "string") {
    return lookUp(Object.fromEntries(layers.map((layer) => [layer.name, layer])), which, "layer");
  }
  const layer = Number.isInteger(which) ? layers.at(which) : undefined;
  if (layer !== undefined) return layer;
  throw new ConfigError({
    what: "There is no layer with this index.",
    expected: `a whole number from 0 to ${layers.length - 1}`,
    received: shown(which),
  });
}
