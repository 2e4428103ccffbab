// `.h5`: what Keras 2 saves, and Keras 3 still reads and writes. Floor 5. A group for each layer of the
// model, with the names of its weights in order.

import { readWholeFile, writeFileAtomically } from "../../formats/files.ts";
import { encodeHdf5, readHdf5 } from "../../formats/hdf5.ts";
import {
  emptyGroup,
  findDataset,
  findGroup,
  groupAt,
  type Hdf5Draft,
  type Hdf5Group,
  putDataset,
} from "../../formats/hdf5-tree.ts";
import { formatJson, parseJson } from "../../formats/json.ts";
import type { Network } from "../../nn/network.ts";
import type { CompileOptions } from "../options.ts";
import { decodeCompile, encodeCompile, encodeOptimizer } from "./compile-config.ts";
import { encodeNetwork } from "./encode-network.ts";
import { storedValue, weightIn } from "./keras-weights.ts";
import type { ModelFormat } from "./model-format.ts";
import { networkIn } from "./network-in.ts";
import { decodeOptimizerState, encodeOptimizerState } from "./optimizer-state.ts";
import { ofFile, recordOf, refuse } from "./refuse.ts";
import type { ModelToStore, Values } from "./stored-model.ts";
import { groupsOf, isCount } from "./weight-places.ts";

/** Keras 2 reads files of any version; what words mean that changed is Keras 3's. */
const writer = { keras_version: "3.15.1", backend: "tensorflow" };

export const h5Model: ModelFormat = {
  async write(path, model) {
    const { network, weights } = model;
    const root = emptyGroup({
      ...writer,
      model_config: formatJson(encodeNetwork(network, "keras2")),
    });
    const compile = encodeCompile(model, "keras2");
    if (compile !== undefined) {
      const optimizer = encodeOptimizer(model, "keras2");
      const training = { ...compile, optimizer_config: optimizer };
      root.attributes.training_config = formatJson(training);
      writeOptimizer(root, model);
    }
    root.groups.set("model_weights", weightGroups(network, weights));
    await writeFileAtomically(path, await encodeHdf5(root));
  },

  async read(path, options) {
    const root = await readHdf5(await readWholeFile(path), path);
    return ofFile(path, () => {
      const { model_config: config, training_config: training } = root.attributes;
      if (typeof config !== "string") {
        return refuse({
          what: "The file holds no model.",
          expected: "the attribute model_config",
          received: root.attributes.layer_names === undefined ? "none" : "weights alone",
          fix: "Make the model and call model.loadWeights(path).",
        });
      }
      const { keras_version: version } = root.attributes;
      const network = networkIn(parseJson(config, `${path}: model_config`), options, version);
      const values = root.groups.get("model_weights") ?? root;
      const weights = weightsInGroups(network, values);
      const none = { network, weights, compile: undefined, slots: new Map(), iterations: 0 };
      if (options.training === false || typeof training !== "string") return none;
      const told = recordOf(parseJson(training, `${path}: training_config`), "The training");
      const metrics = withoutOutputNames(told.metrics, network.outputNames);
      const weighted = withoutOutputNames(told.weighted_metrics, network.outputNames);
      const compile = decodeCompile(
        { ...told, metrics, weighted_metrics: weighted },
        told.optimizer_config,
      );
      return { ...none, compile, ...optimizerIn(root, network, compile) };
    });
  },
};

/** A group for each layer, as in a file of weights alone. */
export function weightGroups(network: Network, weights: Values): Hdf5Draft {
  const groups = groupsOf(network);
  const root = emptyGroup({ ...writer, layer_names: groups.map(({ name }) => name) });
  for (const { name, weights: own } of groups) {
    const paths = own.map(({ groupName }) => `${groupName}:0`);
    // A layer's name may have folders in it.
    const group = groupAt(root, name);
    group.attributes.weight_names = paths;
    own.forEach((weight, i) => {
      putDataset(group, paths[i], storedValue(weight, weights));
    });
  }
  const top = groupAt(root, "top_level_model_weights");
  top.attributes.weight_names = [];
  return root;
}

/** A list of names, which Keras cuts into pieces where it is long: `layer_names0`, `layer_names1`, … */
function namesIn({ attributes }: Hdf5Group, name: string): readonly string[] {
  const list = (value: string | readonly string[] | undefined) =>
    typeof value === "string" ? [value] : (value ?? []);
  if (attributes[name] !== undefined) return list(attributes[name]);
  const names: string[] = [];
  for (let i = 0; attributes[`${name}${i}`] !== undefined; i++) {
    names.push(...list(attributes[`${name}${i}`]));
  }
  return names;
}

/**
 * The weights in groups. As in Keras, layers with weights are taken in order, whatever their names.
 *
 * @throws FormatError where there are more or fewer of them than in the network, or one does not fit.
 */
export function weightsInGroups(network: Network, root: Hdf5Group): Values {
  const stored = namesIn(root, "layer_names")
    .map((name) => ({ name, group: findGroup(root, name) ?? emptyGroup() }))
    .map(({ name, group }) => ({ name, group, paths: namesIn(group, "weight_names") }))
    .filter(({ paths }) => paths.length > 0);
  const groups = groupsOf(network).filter(({ weights }) => weights.length > 0);
  if (groups.length !== stored.length) {
    // A layer that normalizes by its options alone has no values in the file.
    const bare = groups.filter(({ weights }) => !weights.some(isCount));
    if (bare.length !== stored.length) {
      return refuse({
        what: "The file holds the weights of another model.",
        expected: `${groups.length} layers with weights`,
        received: `${stored.length}`,
        fix: "Load the weights into the model that they were saved from.",
      });
    }
    return weightsOfGroups(bare, stored);
  }
  return weightsOfGroups(groups, stored);
}

function weightsOfGroups(
  groups: ReturnType<typeof groupsOf>,
  stored: readonly { name: string; group: Hdf5Group; paths: readonly string[] }[],
): Values {
  const weights = new Map<string, ReturnType<typeof weightIn>[1]>();
  groups.forEach(({ weights: placed }, i) => {
    const { name, group, paths } = stored[i];
    placed.forEach((weight, j) => {
      if (isCount(weight)) return;
      const dataset = paths[j] === undefined ? undefined : findDataset(group, paths[j]);
      const [fullName, value] = weightIn(weight, dataset, `${name}/${paths[j] ?? j}`);
      weights.set(fullName, value);
    });
  });
  return weights;
}

/** Keras 2 puts an output's name before those of its metrics, which `compile` does again. */
function withoutOutputNames(metrics: unknown, outputNames: readonly string[]): unknown {
  if (!Array.isArray(metrics) || outputNames.length < 2) return metrics;
  return metrics.map((own, i) => {
    const prefix = `${outputNames[i]}_`;
    if (!Array.isArray(own)) return own;
    return own.map((metric) => {
      const name: unknown = metric?.config?.name;
      if (typeof name !== "string" || !name.startsWith(prefix)) return metric;
      return { ...metric, config: { ...metric.config, name: name.slice(prefix.length) } };
    });
  });
}

function writeOptimizer(root: Hdf5Draft, model: ModelToStore): void {
  const { network, settings, slots, iterations, learningRate } = model;
  if (settings === undefined) return;
  const { optimizer } = settings;
  const rate = typeof learningRate === "number" ? learningRate : undefined;
  const values = encodeOptimizerState(network, optimizer, { slots, iterations, rate });
  const group = groupAt(root, "optimizer_weights");
  const paths = values.map(({ name }) => `${optimizer.name}/${name}`);
  group.attributes.weight_names = paths;
  values.forEach((value, i) => {
    putDataset(group, paths[i], value);
  });
}

/** Keras 2's legacy optimizers keep values in another order: they begin anew, as in Keras 3. */
function optimizerIn(root: Hdf5Group, network: Network, compile: CompileOptions | undefined) {
  const group = root.groups.get("optimizer_weights");
  if (group === undefined || compile === undefined || typeof compile.optimizer === "string") {
    return {};
  }
  const paths = namesIn(group, "weight_names");
  if (paths[0]?.endsWith("iter:0")) return {};
  const values = paths.map((path) => findDataset(group, path)).filter((one) => one !== undefined);
  return decodeOptimizerState(network, compile.optimizer, values);
}
