// The architecture: layers in a row with their names, shapes and weights, and the graph they make.
// Floor 4. It holds no values and knows no device; train/ does.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";
import type { CustomLayers } from "./custom-layer.ts";
import type { CommonOptions, Layer, LayerPlan, WeightSpec } from "./layer.ts";
import { layerFrom } from "./layers/index.ts";

/** A layer in its place. */
export interface PlacedLayer {
  readonly name: string;
  readonly layer: Layer;
  readonly plan: LayerPlan;
  readonly inputShape: Shape;
}

/** A weight of the network, by its full name, such as `conv2d/kernel`. */
export interface NetworkWeight extends WeightSpec {
  readonly fullName: string;
}

/** A network as plain data, enough to make it again. */
export interface NetworkConfig {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly layers: readonly { readonly kind: string; readonly options: object }[];
}

/** What a network makes for one batch size. */
export interface NetworkGraph {
  readonly output: Node;
  /** The result of each layer, in order. */
  readonly layerOutputs: readonly Node[];
  /** Weights that the layers replace themselves, by full name. */
  readonly updates: ReadonlyMap<string, Node>;
}

/** What a network needs to make its graph. */
export interface NetworkContext {
  readonly build: Builder;
  readonly training: boolean;
  /** Weights by full name. */
  readonly weights: ReadonlyMap<string, Node>;
  readonly step: Node;
  readonly seed: number;
}

/** Layers in a row. */
export class Network {
  readonly name: string;
  /** The shape of one example, without N. */
  readonly inputShape: Shape;
  readonly layers: readonly PlacedLayer[];

  constructor(name: string, inputShape: Shape, layers: readonly Layer[]) {
    if (layers.length === 0) {
      throw new ConfigError({
        what: `The model "${name}" has no layers.`,
        expected: "at least one layer",
        received: "an empty list",
      });
    }
    checkShape(inputShape, `The input of the model "${name}"`);
    this.name = name;
    this.inputShape = inputShape;
    this.layers = placeLayers(inputShape, layers);
  }

  static fromConfig(
    { name, inputShape, layers }: NetworkConfig,
    customLayers: CustomLayers = {},
  ): Network {
    return new Network(
      name,
      inputShape,
      layers.map(({ kind, options }) => layerFrom(kind, options, customLayers)),
    );
  }

  toConfig(): NetworkConfig {
    const layers = this.layers.map(({ name, layer }) => ({
      kind: layer.kind,
      options: { ...layer.options, name },
    }));
    return { name: this.name, inputShape: this.inputShape, layers };
  }

  /** The shape of one result, without N. */
  get outputShape(): Shape {
    return this.layers[this.layers.length - 1].plan.outputShape;
  }

  /** All weights, layer by layer. */
  get weights(): NetworkWeight[] {
    return this.layers.flatMap(({ name, plan }) =>
      plan.weights.map((weight) => ({ ...weight, fullName: `${name}/${weight.name}` })),
    );
  }

  /** How many numbers the weights are. */
  get parameterCount(): number {
    return this.weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  }

  /** The graph from a batch `[N, …]`. */
  graph(x: Node, context: NetworkContext): NetworkGraph {
    const updates = new Map<string, Node>();
    const layerOutputs: Node[] = [];
    let value = x;
    this.layers.forEach(({ name, plan }, stream) => {
      const weights = Object.fromEntries(
        plan.weights.map((weight) => {
          const node = context.weights.get(`${name}/${weight.name}`);
          return [weight.name, node as Node];
        }),
      );
      value = plan.call([value], {
        build: context.build,
        training: context.training,
        step: context.step,
        seed: context.seed,
        stream,
        weights,
        update: (weight, next) => updates.set(`${name}/${weight}`, next),
      });
      layerOutputs.push(value);
    });
    return { output: value, layerOutputs, updates };
  }
}

/** Keras's name for a class: `MaxPooling2D` becomes `max_pooling2d`. */
function baseName(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** @throws ConfigError unless `name` can be part of a weight's name. */
function requireName(name: unknown): void {
  if (typeof name === "string" && name !== "" && !name.includes("/")) return;
  throw new ConfigError({
    what: "The name of a layer cannot be used.",
    expected: 'text without "/"',
    received: JSON.stringify(name),
  });
}

/** The next name that Keras would give: `conv2d`, `conv2d_1`, …; layers with names do not count. */
function nextName(className: string, counts: Map<string, number>): string {
  const base = baseName(className);
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

function placeLayers(inputShape: Shape, layers: readonly Layer[]): PlacedLayer[] {
  const counts = new Map<string, number>();
  const names = new Set<string>();
  let shape = inputShape;
  return layers.map((layer, i) => {
    const name = (layer.options as CommonOptions).name ?? nextName(layer.className, counts);
    requireName(name);
    if (names.has(name)) {
      throw new ConfigError({
        what: "Two layers have one name.",
        expected: "a name of its own for each layer",
        received: `"${name}" twice`,
        fix: "give one of them another name",
      });
    }
    names.add(name);
    const plan = planAt(layer, name, i, shape);
    const placed = { name, layer, plan, inputShape: shape };
    shape = plan.outputShape;
    return placed;
  });
}

function planAt(layer: Layer, name: string, index: number, input: Shape): LayerPlan {
  try {
    return layer.plan([input]);
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const { what, expected, received, fix } = cause.facts;
    throw new ShapeError({
      what: `Layer ${index + 1}, "${name}" (${layer.className}), does not fit its input. ${what}`,
      expected: expected ?? "another shape",
      received: `${received ?? "this"}; the layer before it gives ${formatShape([null, ...input])}`,
      ...(fix === undefined ? {} : { fix }),
      cause,
    });
  }
}
