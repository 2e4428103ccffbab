// What a frozen base makes of every picture is the same in each epoch: it is computed once, and the head trains
// on that.

import { allocate, dtypeOf } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { isSource, type Source } from "../data/source.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { ops } from "../graph/ops/index.ts";
import { input } from "../nn/input.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { isNetwork } from "../nn/network.ts";
import type { Application, SymbolicTensor } from "../nn/symbolic.ts";
import { model as modelOf } from "../train/functional.ts";
import type { Model } from "../train/model.ts";
import type { ModelExamples } from "../train/model-examples.ts";

/** A model in two parts that share its weights: what stays as it is, and what learns. */
export interface Split {
  /** From pictures to features. */
  readonly features: Model;
  /** From features to the model's outputs. */
  readonly head: Model;
  /** The shape of the features of one picture. */
  readonly shape: readonly number[];
}

/**
 * The model cut after the last layer that gives the same in every epoch; or why it cannot be cut: a random
 * layer stands before the base or in it, or the base learns.
 */
export function splitModel(model: Model): Split | { readonly reason: string } {
  const { network } = model;
  const { applications } = network;
  const isChain = applications.every(
    ({ inputs, outputs }) => inputs.length === 1 && outputs.length === 1,
  );
  if (!isChain || network.outputs.length !== 1) {
    return { reason: "the model has branches" };
  }
  const end = applications.findIndex((application) => !isSteady(application));
  const cut = end < 0 ? applications.length - 1 : end;
  const before = applications.slice(0, cut);
  if (!before.some(({ unit }) => isNetwork(unit) && unit.weights.length > 0)) {
    const { unit } = applications[cut];
    const isTrained = isNetwork(unit) && unit.weights.some(({ trainable }) => trainable);
    return { reason: isTrained ? "the base is trained" : `"${network.nameOf(unit)}" is random` };
  }
  const [{ shape }] = before[before.length - 1].outputs;
  const [record] = model.preprocess;
  const { seed, device } = model;
  const options = { seed, ...(device === undefined ? {} : { device }) };
  const features = modelOf({
    inputs: network.inputs[0],
    outputs: before[before.length - 1].outputs[0],
    ...options,
    ...(record === undefined ? {} : { preprocess: record }),
  });
  const x = input({ shape });
  const outputs = applications.slice(cut).reduce<SymbolicTensor>((value, { unit }) => {
    return isNetwork(unit) ? unit.apply([value])[0] : (unit as LayerInstance).apply(value);
  }, x);
  const head = modelOf({ inputs: x, outputs, ...options });
  return { features, head, shape };
}

/** Whether a layer gives the same for a picture in every epoch: nothing of it learns, and it is not random. */
function isSteady({ unit, plan, inputs }: Application): boolean {
  if (!isNetwork(unit)) {
    return plan !== undefined && plan.weights.length === 0 && !isRandom({ unit, plan, inputs });
  }
  if (unit.weights.some(({ trainable }) => trainable)) return false;
  // Frozen as a whole, a network computes as in prediction. One without weights is layers in a row, such as those that
  // augment.
  const isPrediction = unit.weights.length > 0 && !unit.trainable;
  return isPrediction || !unit.applications.some(isRandom);
}

/** Whether a layer, or one of a network, draws random numbers in training. */
function isRandom({ unit, plan, inputs }: Pick<Application, "unit" | "plan" | "inputs">): boolean {
  if (isNetwork(unit)) return unit.applications.some(isRandom);
  if (plan === undefined || plan.weights.length > 0) return false;
  const values = inputs.map(({ shape }, i) =>
    ops.input(`x${i}`, { shape: [1, ...shape], dtype: "f32" }),
  );
  const result = plan.call(values, {
    build: ops,
    training: true,
    trainable: unit.trainable,
    step: ops.input("step", { shape: [], dtype: "i32" }),
    seed: 0,
    stream: 0,
    weights: {},
    replace: (_, value) => value,
    update: () => undefined,
    mix: () => undefined,
  });
  return topologicalOrder([result]).some(({ op }) => /random|dropout/i.test(op.name));
}

/** The features of all examples, with their targets and weights. */
export async function featuresOf(
  { features, shape }: Split,
  examples: ModelExamples | Source,
  batchSize: number,
): Promise<ModelExamples> {
  if (!isSource(examples)) {
    const { x, ...rest } = examples;
    return { ...rest, x: (await features.predict(x, { batchSize })) as Tensor };
  }
  const targets = new Gathered("y", examples.count);
  const weights = new Gathered("sampleWeights", examples.count);
  const x = await features.predict(
    {
      ...examples,
      count: examples.count,
      read: async (rows) => {
        const read = await examples.read(rows);
        targets.keep(rows, read.y);
        weights.keep(rows, read.sampleWeights);
        return { x: read.x };
      },
    },
    { batchSize },
  );
  const y = targets.value;
  if (y === undefined) {
    throw new DataError({
      what: "The source gives no targets to train on.",
      expected: "x and y for each row",
      received: `x alone, as features ${formatShape([examples.count, ...shape])}`,
    });
  }
  return {
    x: x as Tensor,
    y,
    ...(weights.value === undefined ? {} : { sampleWeights: weights.value }),
  };
}

/** Rows as they are read, brought together. */
class Gathered {
  readonly #name: string;
  readonly #count: number;
  value: Tensor | undefined;

  constructor(name: string, count: number) {
    this.#name = name;
    this.#count = count;
  }

  keep(rows: Int32Array, read: unknown): void {
    if (read === undefined) return;
    const isTensor = typeof read === "object" && read !== null && "data" in read;
    if (!isTensor) {
      throw new DataError({
        what: `Features cannot be kept: ${this.#name} is more than one tensor.`,
        expected: "one tensor",
        received: outlineOf(read),
      });
    }
    const { data, shape } = read as Tensor;
    const [, ...rest] = shape;
    const each = sizeOf(rest);
    this.value ??= {
      data: allocate(dtypeOf(data), this.#count * each),
      shape: [this.#count, ...rest],
    };
    const all = this.value.data;
    rows.forEach((row, i) => {
      all.set(data.subarray(i * each, (i + 1) * each), row * each);
    });
  }
}
