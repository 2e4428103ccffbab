// `.safetensors`: Fovea's own file of a whole model, the only one that keeps everything. Architecture,
// settings and progress are JSON in the metadata; weights and what the optimizer remembers are tensors.

import type { NumericArray } from "../../core/dtype.ts";
import type { Tensor } from "../../core/tensor.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
} from "../../formats/safetensors.ts";
import type { Network } from "../../nn/network.ts";
import { networkFrom } from "../../nn/network-from.ts";
import { checkWeights } from "../check-weights.ts";
import type { ModelFormat } from "../file-format.ts";
import { checkInputShape } from "../keras/network-in.ts";
import { ofFile } from "../refuse.ts";
import type { StoredModel, StoredTraining } from "../stored-model.ts";
import { preprocessIn, type StoredPreprocess } from "../stored-preprocess.ts";
import {
  type ModelDescription,
  readDescription,
  type WrittenDescription,
  writeDescription,
} from "./model-description.ts";
import { slotPrefix } from "./slot-prefix.ts";

export const safetensorsModel: ModelFormat = {
  async encode(model) {
    const { seed = 0, precision, network, training, progress } = model;
    const { classNames, task, preprocess } = model;
    const description: WrittenDescription = {
      version: 3,
      seed,
      ...(precision === undefined ? {} : { precision }),
      network: network.toConfig(),
      ...(training === undefined ? {} : { training: writtenTraining(training) }),
      progress: structuredClone(progress) as WrittenDescription["progress"],
      ...(classNames === undefined ? {} : { classNames: [...classNames] }),
      ...(task === undefined ? {} : { task: structuredClone(task) }),
      ...(preprocess === undefined ? {} : { preprocess: structuredClone(preprocess) as never }),
    };
    const slots = training === undefined ? [] : [...model.slots];
    const tensors: [string, Tensor][] = [
      ...model.weights,
      ...slots.map(([name, value]): [string, Tensor] => [slotPrefix + name, value]),
    ];
    const metadata = writeDescription(description);
    return { bytes: encodeSafetensors({ tensors, metadata, checksum: true }) };
  },

  async decode(bytes, { file, customLayers, inputShape, training: trains = true }) {
    const { tensors, metadata } = decodeSafetensors(bytes, file);
    const description = readDescription(metadata, file);
    const { seed, precision, training, progress, classNames, task } = description;
    return ofFile(file, () => {
      const network = networkFrom(description.network, customLayers);
      checkInputShape(network, inputShape);
      const { weights, slots } = valuesIn(tensors, network);
      checkWeights(network, weights);
      return {
        network,
        weights,
        slots: trains ? slots : new Map(),
        progress,
        training: trains ? training : undefined,
        classNames,
        task,
        preprocess: preprocessOf(description, network),
        seed,
        precision,
      };
    });
  },
};

/** What is done to inputs first; before version 3 it was not said, and bytes were divided by 255. */
function preprocessOf(
  { version, preprocess }: ModelDescription,
  { inputNames }: Network,
): StoredPreprocess | undefined {
  if (version !== 2) return preprocessIn(preprocess);
  const bytes = { scale: 1 / 255, dtype: "u8" } as const;
  return Object.fromEntries(inputNames.map((name) => [name, bytes]));
}

/** The same without what a hand may have left in it besides. */
function writtenTraining({ optimizer, heads, learningRate }: StoredTraining) {
  return {
    optimizer: { name: optimizer.name, options: optimizer.options },
    heads: heads.flatMap(({ output, loss, weight, metrics }) => {
      if (loss === undefined) return [];
      return {
        output,
        loss: { name: loss.name, options: loss.options },
        weight,
        metrics: metrics.map(({ kind, name, options, weighted }) => {
          return { kind, name, options, weighted };
        }),
      };
    }),
    learningRate: learningRate as number,
  };
}

/** A file's tensors as weights and as what the optimizer remembers. */
export function valuesIn(
  tensors: SafetensorsContent["tensors"],
  network: Network,
): Pick<StoredModel, "weights" | "slots"> {
  const named = new Set(network.weights.map((weight) => weight.fullName));
  const weights = new Map<string, Tensor<Float32Array>>();
  const slots = new Map<string, Tensor<Float32Array>>();
  for (const [name, { data, shape }] of tensors) {
    const isSlot = !named.has(name) && name.startsWith(slotPrefix);
    // What the optimizer remembers is kept as it is; weights are copied when they are taken over.
    if (isSlot) slots.set(name.slice(slotPrefix.length), { data: new Float32Array(data), shape });
    else weights.set(name, { data: float32Of(data), shape });
  }
  return { weights, slots };
}

const float32Of = (data: NumericArray) =>
  data instanceof Float32Array ? data : new Float32Array(data);
