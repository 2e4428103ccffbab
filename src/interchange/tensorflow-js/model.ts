// `model.json` with its shards: a layers model of TensorFlow.js. The configuration is Keras 2's (or,
// where Keras 3 was converted, Keras 3's); values go by name.

import type { Warn } from "../../core/warn.ts";
import { requireDistinctNames } from "../../formats/distinct-names.ts";
import { formatJson, parseJson } from "../../formats/json.ts";
import { requireKind } from "../../formats/recognize.ts";
import { decodeShards, encodeShards, type NamedValues } from "../../formats/tensorflow-js.ts";
import type { Network } from "../../nn/network.ts";
import { classNamesIn } from "../class-names.ts";
import type { ModelFormat, WeightsFormat } from "../file-format.ts";
import type { FoundWeight, FoundWeights } from "../found-weights.ts";
import { encodeCompile, encodeOptimizer } from "../keras/compile-config.ts";
import { encodeNetwork } from "../keras/encode-network.ts";
import { weightsOf } from "../keras/keras-weights.ts";
import { networkIn } from "../keras/network-in.ts";
import { decodeOptimizerState, encodeOptimizerState } from "../keras/optimizer-state.ts";
import { trainingIn, trainingOr } from "../keras/training-in.ts";
import { withZeroPadding } from "../keras/zero-padding.ts";
import { plainNames } from "../plain-names.ts";
import { ofFile, recordOf, refuse } from "../refuse.ts";
import { progressAfter, type StoredModel, type StoredTraining } from "../stored-model.ts";
import { preprocessIn } from "../stored-preprocess.ts";
import { taskIn } from "../stored-task.ts";
import { gapsOf, requireHeeded } from "./gaps.ts";
import { lastOf, otherNames, weightsInPlaces } from "./names.ts";

/** Parts of a name that tell values apart: a layer's, a weight's, and a few of the networks around. */
const mostParts = 16;

/** Where TensorFlow.js keeps what it does not read itself, and gives it back when it saves. */
const metadataKey = "userDefinedMetadata";

export const tensorflowJsModel: ModelFormat = {
  async encode(given, { file, warn }) {
    const model = { ...given, network: withZeroPadding(given.network) };
    const { network, weights, classNames, task, preprocess } = model;
    requireHeeded(network);
    const gaps = gapsOf(network);
    if (gaps.length > 0) warn(`TensorFlow.js 4.22 cannot open ${file}: ${gaps.join("; ")}.`);
    const others = otherNames(network);
    const values = weightsInPlaces(network).map(({ fullName, path: place, last }): NamedValues => {
      const value = weights.get(fullName);
      const name = `${others.get(place) ?? lastOf(place)}/${last}`;
      return { name, data: value?.data ?? new Float32Array(), shape: value?.shape ?? [] };
    });
    const training = trainingOf(model);
    const metadata = {
      ...(classNames === undefined ? {} : { class_names: classNames }),
      ...(task === undefined ? {} : { task }),
      ...(preprocess === undefined ? {} : { preprocess }),
      ...(training === undefined ? {} : { training_config: training.config }),
    };
    const { manifest, shards } = encodeShards([...values, ...(training?.values ?? [])], file);
    const description = {
      format: "layers-model",
      generatedBy: "fovea",
      convertedBy: null,
      modelTopology: {
        keras_version: "2.15.0",
        backend: "tensorflow",
        model_config: encodeNetwork(network, "tensorflowJs", others),
      },
      ...(Object.keys(metadata).length === 0 ? {} : { [metadataKey]: metadata }),
      weightsManifest: manifest,
    };
    return { bytes: new TextEncoder().encode(formatJson(description)), parts: shards };
  },

  async decode(bytes, options) {
    const { file, part, warn } = options;
    requireKind(bytes, file, "JSON");
    const stored = ofFile(file, () => recordOf(parseJson(bytes, file), "The model"));
    const values = await decodeShards(stored.weightsManifest, part, file);
    return ofFile(file, () => {
      if (stored.format !== undefined && stored.format !== "layers-model") {
        refuse({
          what: "The file holds a graph of operations, not layers.",
          expected: "layers-model",
          received: stored.format,
          fix: "Convert the model with --output_format=tfjs_layers_model.",
        });
      }
      const topology = recordOf(stored.modelTopology, "The model");
      // TensorFlow.js itself leaves the wrapping out.
      const config = topology.model_config ?? topology;
      const network = networkIn(config, options, topology.keras_version);
      const metadata = recordOf(stored[metadataKey] ?? {}, "What is said besides");
      const compile = metadata.training_config ?? topology.training_config ?? stored.trainingConfig;
      const told = trainingOr(file, warn, () => recordOf(compile ?? {}, "The training"));
      const training = trainingIn(options, told, told?.optimizer_config, network.outputNames);
      const own = values.filter(({ group }) => group === undefined);
      return {
        network,
        weights: weightsOf(foundByName(network, own, plainNames(config).renamed).found),
        training,
        ...stateOf(network, training, values, told?.iterations, warn),
        classNames: classNamesIn(metadata.class_names),
        task: taskIn(metadata.task),
        preprocess: preprocessIn(metadata.preprocess),
      };
    });
  },
};

/** The weights of a `model.json` alone, whatever it says of layers. */
export const tensorflowJsWeights: WeightsFormat = {
  async find(bytes, network, { file, part }) {
    requireKind(bytes, file, "JSON");
    const stored = ofFile(file, () => recordOf(parseJson(bytes, file), "The model"));
    const values = await decodeShards(stored.weightsManifest, part, file);
    const own = values.filter(({ group }) => group === undefined);
    return ofFile(file, () => foundByName(network, own, new Map()));
  },
};

/** What the optimizer remembers, and the steps that it took. */
function stateOf(
  network: Network,
  training: StoredTraining | undefined,
  values: readonly NamedValues[],
  counted: unknown,
  warn: Warn,
): Pick<StoredModel, "slots" | "progress"> {
  const remembered = values.filter(({ group }) => group === "optimizer");
  const none = { slots: new Map(), iterations: 0 };
  const { slots, iterations } =
    training === undefined || remembered.length === 0
      ? none
      : decodeOptimizerState(network, training.optimizer, remembered, warn);
  const steps = training !== undefined && isCount(counted) ? counted : iterations;
  return { slots, progress: progressAfter(steps) };
}

/**
 * Optimizer, losses and metrics, as Keras 3 says them: TensorFlow.js would refuse the model where it has
 * one of them not, and so it is not told.
 */
function trainingOf(model: StoredModel) {
  const compile = encodeCompile(model, "keras3");
  if (compile === undefined || model.training === undefined) return undefined;
  const { iterations } = model.progress;
  const values = encodeOptimizerState(model, model.training).map(
    ({ name, data, shape }): NamedValues => ({
      name: `optimizer/${name}`,
      data: Float32Array.from(data),
      shape,
      group: "optimizer",
    }),
  );
  // As a number of the file, for values are f32, which do not count beyond 2²⁴.
  const config = { ...compile, optimizer_config: encodeOptimizer(model, "keras3"), iterations };
  return { config, values };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** Values by the end of their names: what is before it are the networks around a layer. */
function foundByName(
  network: Network,
  values: readonly NamedValues[],
  renamed: ReadonlyMap<string, string>,
): FoundWeights {
  const plain = (name: string) => {
    const cut = name.lastIndexOf("/");
    const layer = renamed.get(name.slice(0, Math.max(0, cut)));
    return layer === undefined ? name : `${layer}${name.slice(cut)}`;
  };
  const names = values.map(({ name }) => plain(name.replace(/:\d+$/, "")));
  requireDistinctNames(names, "the model");
  const byName = new Map(values.map((value, i) => [names[i], value]));
  const bySuffix = new Map<string, NamedValues>();
  for (const [name, value] of byName) {
    const parts = name.split("/").slice(-mostParts);
    parts.forEach((_, i) => {
      const suffix = parts.slice(i).join("/");
      if (!bySuffix.has(suffix)) bySuffix.set(suffix, value);
    });
  }
  const used = new Set<NamedValues>();
  const found = weightsInPlaces(network).map((weight): FoundWeight => {
    const { path, last } = weight;
    const ends = [`${path}/${last}`, weight.fullName, `${lastOf(path)}/${last}`];
    const name = [...ends, ends[2].replace(/depthwise_kernel$/, "kernel")].find((end) =>
      bySuffix.has(end),
    );
    const value = name === undefined ? undefined : bySuffix.get(name);
    if (value !== undefined) used.add(value);
    return { weight, value, where: ends[2] };
  });
  const unexpected = values.filter((value) => !used.has(value)).map(({ name }) => name);
  return { found, unexpected };
}
