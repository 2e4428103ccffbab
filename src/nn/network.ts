// The architecture: units applied to each other's results, with their names, shapes and weights, and the
// graph they make. A row of layers is the simple case (sequence.ts). It holds no values and knows no
// device; train/ does.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";
import type { Mixing } from "./layer.ts";
import type { LayerInstance } from "./layer-instance.ts";
import { baseName, freeName, nameUnits, requireName } from "./naming.ts";
import { configOf, type NetworkConfig } from "./network-config.ts";
import {
  type NetworkParts,
  networkKind,
  type PlacedLayer,
  type TensorReference,
} from "./network-parts.ts";
import {
  isInTraining,
  type NetworkWeight,
  type Owner,
  ownersOf,
  type Step,
  stepsOf,
  weightName,
} from "./steps.ts";
import {
  type Application,
  applyUnit,
  isSymbolic,
  listOf,
  nextSerial,
  type SymbolicInputs,
  type SymbolicTensor,
  type Unit,
} from "./symbolic.ts";
import { traverse } from "./traversal.ts";

export type { PlacedLayer } from "./network-parts.ts";

/** One result, several in order, or several by name. */
export type SymbolicOutputs = SymbolicInputs | Readonly<Record<string, SymbolicTensor>>;

export interface NetworkOptions {
  /** The network's name; by default that of its class, such as `functional`. */
  readonly name?: string | undefined;
  /** Keras's name for the class: layers in a row, or any graph of them. Default: any graph. */
  readonly className?: "Sequential" | "Functional";
  readonly inputs: SymbolicInputs;
  readonly outputs: SymbolicOutputs;
  /** Whether training changes it. Default: true. */
  readonly trainable?: boolean | undefined;
}

/** What a network makes for one batch size. */
export interface NetworkGraph {
  readonly outputs: readonly Node[];
  /** The result of each step, in order. */
  readonly results: readonly Node[];
  /** Weights that the layers replace themselves, by full name. */
  readonly updates: ReadonlyMap<string, Node>;
  /** Those that are replaced before the layer computes with them: a node for each use. */
  readonly replaced: ReadonlyMap<string, readonly Node[]>;
  /** What regularizers add to the loss: numbers, of weights first, then of results. */
  readonly penalties: readonly Node[];
  /** How layers have mixed the examples, in order. */
  readonly mixings: readonly Mixing[];
}

/** What a network needs to make its graph. */
export interface NetworkContext {
  readonly build: Builder;
  readonly training: boolean;
  /** Weights by full name. */
  readonly weights: ReadonlyMap<string, Node>;
  readonly step: Node;
  readonly seed: number;
  /** Puts another value in the place of a layer's result. Default: results stay. */
  readonly substitute?: (path: string, result: Node) => Node;
}

/** Units applied to each other's results, from inputs to outputs. */
export class Network implements NetworkParts {
  readonly kind = networkKind;
  readonly className: "Sequential" | "Functional";
  readonly name: string;
  readonly givenName: string | undefined;
  chosenName: string | undefined;
  readonly serial = nextSerial();
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputNames: readonly string[];
  /** The outputs' keys, or the names of the units that they come from. */
  readonly outputNames: readonly string[];
  /** How the outputs were given, and how predictions come back. */
  readonly outputForm: "one" | "list" | "record";
  /** The places of the outputs as Keras takes them: those of a record by their sorted keys. */
  readonly kerasOrder: readonly number[];
  /** All units in Keras's order. A sequential network does not list its input. */
  readonly layers: readonly PlacedLayer[];
  /** Every use of a unit, inputs before users. */
  readonly applications: readonly Application[];
  /** All layers once, nested ones too. */
  readonly owners: readonly Owner[];
  /** What is computed, in order, nested networks unfolded. */
  readonly steps: readonly Step[];
  readonly #outputValues: readonly number[];
  readonly #names: ReadonlyMap<Unit, string>;
  #trainable: boolean;

  /**
   * @throws ConfigError where outputs do not come from the inputs, or names clash; ShapeError where a
   * layer that is used twice would need other weights.
   */
  constructor(options: NetworkOptions) {
    const { name, className = "Functional", outputs, trainable = true } = options;
    this.className = className;
    this.givenName = name;
    this.name = name ?? baseName(className);
    requireName(this.name);
    this.#trainable = trainable;
    this.inputs = listOf(options.inputs, `The inputs of the model "${this.name}"`);
    this.outputForm = formOf(outputs);
    this.outputs = listOf(
      this.outputForm === "record" ? recordOf(outputs) : (outputs as SymbolicInputs),
      `The outputs of the model "${this.name}"`,
    );
    requireSome(this);
    const keys = this.outputForm === "record" ? Object.keys(outputs) : undefined;
    this.kerasOrder = sortedPlaces(keys ?? this.outputs.map(() => ""));
    const flat = this.kerasOrder.map((place) => this.outputs[place]);

    const { sources, applications, units } = traverse(this.inputs, flat);
    this.applications = applications;
    this.#names = nameUnits(units);
    this.inputNames = sources.map(({ unit }) => this.nameOf(unit));
    this.outputNames = keys ?? distinct(this.outputs, this);
    const isShown = (unit: Unit) =>
      className === "Functional" || sources.every((source) => source.unit !== unit);
    this.layers = units.filter(isShown).map((layer) => ({
      name: this.nameOf(layer),
      layer,
      applications: [...sources, ...applications].filter(({ unit }) => unit === layer),
    }));
    this.owners = ownersOf(this);
    const { steps, outputs: values } = stepsOf(this, this.owners);
    this.steps = steps;
    this.#outputValues = values;
  }

  toConfig(): NetworkConfig {
    return configOf(this);
  }

  /** The configuration: what makes the network again as a part of another. */
  get options(): NetworkConfig {
    return configOf(this);
  }

  /** Whether training changes it. Setting it sets it for every layer, as in Keras. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    for (const { layer } of this.layers) layer.trainable = value;
  }

  /** The shape of one example of the first input, without N. */
  get inputShape(): Shape {
    return this.inputs[0].shape;
  }

  /** The shape of one first result, without N. */
  get outputShape(): Shape {
    return this.outputs[0].shape;
  }

  /** All weights, layer by layer, each once; `trainable` tells whether training changes them now. */
  get weights(): NetworkWeight[] {
    return this.owners.flatMap(({ layer, path, weights }) =>
      weights.map((weight) => ({
        ...weight,
        trainable: weight.trainable && layer.trainable && this.#trainable,
        fullName: weightName(path, weight.name),
      })),
    );
  }

  /** How many numbers the weights are. */
  get parameterCount(): number {
    return this.weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  }

  /** The name of a unit of this network. */
  nameOf(unit: Unit): string {
    return this.#names.get(unit) as string;
  }

  /** Where a tensor of this network comes from. */
  referenceTo(tensor: SymbolicTensor): TensorReference {
    const input = this.inputs.indexOf(tensor);
    if (input >= 0) return [this.inputNames[input], 0, 0];
    const { application, index } = tensor;
    const uses = this.applications.filter(({ unit }) => unit === application.unit);
    return [this.nameOf(application.unit), uses.indexOf(application), index];
  }

  /** The network's results for other inputs. @throws ShapeError where those have other shapes. */
  apply(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    const shapes = (tensors: readonly SymbolicTensor[]) =>
      tensors.map(({ shape }) => formatShape([null, ...shape])).join(", ");
    const fits =
      inputs.length === this.inputs.length &&
      inputs.every(({ shape }, i) => sameShape(shape, this.inputs[i].shape));
    if (!fits) {
      throw new ShapeError({
        what: `The model "${this.name}" is applied to inputs that are not like its own.`,
        expected: shapes(this.inputs),
        received: shapes(inputs),
      });
    }
    const results = this.outputs.map(({ shape }) => shape);
    return applyUnit(this, inputs, results);
  }

  /** The graph from batches `[N, …]`, one for each input. */
  graph(inputs: readonly Node[], context: NetworkContext): NetworkGraph {
    const { build, training, step, seed, substitute } = context;
    const updates = new Map<string, Node>();
    const replaced = new Map<string, Node[]>();
    const mixings: Mixing[] = [];
    const values = [...inputs];
    this.steps.forEach((one, stream) => {
      const { layer, path, plan, inputs: numbers } = one;
      const weights = Object.fromEntries(
        plan.weights.map(({ name }) => {
          const fullName = weightName(path, name);
          // A layer that is used again goes on from the statistics that its last use left.
          return [name, updates.get(fullName) ?? (context.weights.get(fullName) as Node)];
        }),
      );
      const result = plan.call(
        numbers.map((number) => values[number]),
        {
          build,
          training: training && isInTraining(one),
          trainable: layer.trainable,
          step,
          seed,
          stream,
          weights,
          update: (weight, next) => updates.set(weightName(path, weight), next),
          mix: (mixing) => mixings.push(mixing),
          replace(weight, next) {
            const fullName = weightName(path, weight);
            const independent = build.stopGradient(next);
            updates.set(fullName, independent);
            replaced.set(fullName, [...(replaced.get(fullName) ?? []), independent]);
            return independent;
          },
        },
      );
      values.push(substitute?.(path, result) ?? result);
    });
    const results = values.slice(inputs.length);
    const penalties = [
      ...weightPenalties(this.weights, new Map([...context.weights, ...updates]), build),
      ...this.steps.flatMap(({ layer }, i) => activityPenalty(layer, results[i], context)),
    ];
    const outputs = this.#outputValues.map((number) => values[number]);
    return { outputs, results, updates, replaced, penalties, mixings };
  }
}

/** Whether a unit is a network. */
export function isNetwork(unit: Unit): unit is Network {
  return unit.kind === networkKind;
}

/** What the regularizers of trained weights add to the loss. */
function weightPenalties(
  weights: readonly NetworkWeight[],
  nodes: ReadonlyMap<string, Node>,
  build: Builder,
): Node[] {
  return weights.flatMap(({ fullName, trainable, regularizer }) =>
    trainable && regularizer !== undefined
      ? [regularizer.penalty(nodes.get(fullName) as Node, build)]
      : [],
  );
}

/** What a layer's results `[N, …]` add to the loss, at each use: the mean over the batch. */
function activityPenalty(
  { activityRegularizer }: LayerInstance,
  result: Node,
  { build }: NetworkContext,
): Node[] {
  if (activityRegularizer === undefined) return [];
  const total = activityRegularizer.penalty(result, build);
  return [build.multiply(total, build.constant(1 / result.shape[0]))];
}

const recordOf = (outputs: SymbolicOutputs) => Object.values(outputs) as SymbolicTensor[];

/** The places of `keys`, sorted by them. */
function sortedPlaces(keys: readonly string[]): number[] {
  const compare = (a: string, b: string) => Number(a > b) - Number(a < b);
  return keys.map((_, place) => place).sort((a, b) => compare(keys[a], keys[b]));
}

function formOf(outputs: SymbolicOutputs): Network["outputForm"] {
  if (Array.isArray(outputs)) return "list";
  const isRecord = typeof outputs === "object" && outputs !== null && !isSymbolic(outputs);
  return isRecord ? "record" : "one";
}

function requireSome({ name, inputs, outputs }: Network): void {
  if (inputs.length > 0 && outputs.length > 0 && new Set(inputs).size === inputs.length) return;
  throw new ConfigError({
    what: `The model "${name}" does not say where it begins and ends.`,
    expected: "at least one input and one output, and each input once",
    received: `${inputs.length} inputs and ${outputs.length} outputs`,
  });
}

/** The names of the units that outputs come from; a second output of one unit is numbered. */
function distinct(outputs: readonly SymbolicTensor[], network: Network): string[] {
  const names = new Set<string>();
  for (const tensor of outputs) names.add(freeName(network.referenceTo(tensor)[0], names));
  return [...names];
}
