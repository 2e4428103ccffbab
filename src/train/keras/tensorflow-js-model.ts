// `model.json` with its shards: a layers model of TensorFlow.js. Floor 5. The configuration is Keras 2's
// (or, where Keras 3 was converted, Keras 3's); values go by name.

import { requireDistinctNames } from "../../formats/distinct-names.ts";
import { readWholeFile, writeFileAtomically } from "../../formats/files.ts";
import { formatJson, longestJson, parseJson } from "../../formats/json.ts";
import { removeShards, shardNamesOf } from "../../formats/shard-files.ts";
import { type NamedValues, readShards, writeShards } from "../../formats/tensorflow-js.ts";
import type { Network } from "../../nn/network.ts";
import { decodeCompile } from "./compile-config.ts";
import { encodeNetwork } from "./encode-network.ts";
import { weightIn } from "./keras-weights.ts";
import type { ModelFormat } from "./model-format.ts";
import { networkIn } from "./network-in.ts";
import { ofFile, recordOf, refuse } from "./refuse.ts";
import type { Values } from "./stored-model.ts";
import { requireHeeded } from "./tensorflow-js-gaps.ts";
import { lastOf, otherNames, weightsInPlaces } from "./tensorflow-js-names.ts";

/** Parts of a name that tell values apart: a layer's, a weight's, and a few of the networks around. */
const mostParts = 16;

export const tensorflowJsModel: ModelFormat = {
  async write(path, { network, weights }) {
    requireHeeded(network);
    const replaced = await shardNamesOf(path);
    const others = otherNames(network);
    const values = weightsInPlaces(network).map(({ fullName, path: place, last }): NamedValues => {
      const value = weights.get(fullName);
      const name = `${others.get(place) ?? lastOf(place)}/${last}`;
      return { name, data: value?.data ?? new Float32Array(), shape: value?.shape ?? [] };
    });
    const description = {
      format: "layers-model",
      generatedBy: "fovea",
      convertedBy: null,
      modelTopology: {
        keras_version: "2.15.0",
        backend: "tensorflow",
        model_config: encodeNetwork(network, "tensorflowJs", others),
      },
      weightsManifest: await writeShards(path, values),
    };
    await writeFileAtomically(path, formatJson(description));
    await removeShards(path, replaced);
  },

  async read(path, options) {
    const bytes = await readWholeFile(path, { maximumBytes: longestJson });
    const file = ofFile(path, () => recordOf(parseJson(bytes, path), "The model"));
    const values = await readShards(path, file.weightsManifest);
    return ofFile(path, () => {
      if (file.format !== undefined && file.format !== "layers-model") {
        refuse({
          what: "The file holds a graph of operations, not layers.",
          expected: "layers-model",
          received: file.format,
          fix: "Convert the model with --output_format=tfjs_layers_model.",
        });
      }
      const topology = recordOf(file.modelTopology, "The model");
      // TensorFlow.js itself leaves the wrapping out.
      const network = networkIn(topology.model_config ?? topology, options, topology.keras_version);
      const training = topology.training_config ?? file.trainingConfig;
      const told = training === undefined ? undefined : recordOf(training, "The training");
      const compile =
        options.training === false || told === undefined
          ? undefined
          : decodeCompile(told, told.optimizer_config);
      const weights = weightsByName(network, values);
      return { network, weights, compile, slots: new Map(), iterations: 0 };
    });
  },
};

/** Values by the end of their names: what is before it are the networks around a layer. */
function weightsByName(network: Network, values: readonly NamedValues[]): Values {
  const names = values.map(({ name }) => name.replace(/:\d+$/, ""));
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
  return new Map(
    weightsInPlaces(network).map((weight) => {
      const { path, last } = weight;
      const ends = [`${path}/${last}`, weight.fullName, `${lastOf(path)}/${last}`];
      const name = [...ends, ends[2].replace(/depthwise_kernel$/, "kernel")].find((end) =>
        bySuffix.has(end),
      );
      return weightIn(weight, name === undefined ? undefined : bySuffix.get(name), ends[2]);
    }),
  );
}
