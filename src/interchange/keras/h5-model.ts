// `.h5`: what Keras 2 saves, and Keras 3 still reads and writes. A group for each layer of the model,
// with the names of its weights in order.

import type { Warn } from "../../core/warn.ts";
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
import type { CompileOptions } from "../../train/options.ts";
import { classNamesIn } from "../class-names.ts";
import type { FoundWeight } from "../found-weights.ts";
import type { ModelFormat } from "../model-format.ts";
import { ofFile, recordOf, refuse } from "../refuse.ts";
import type { ModelToStore, Values } from "../stored-model.ts";
import { encodeCompile, encodeOptimizer } from "./compile-config.ts";
import { encodeNetwork } from "./encode-network.ts";
import { storedValue, weightsOf } from "./keras-weights.ts";
import { networkIn } from "./network-in.ts";
import { beginsAnew, decodeOptimizerState, encodeOptimizerState } from "./optimizer-state.ts";
import { trainingIn, trainingOr } from "./training-in.ts";
import { groupsOf, isCount, type LayerGroup } from "./weight-places.ts";

/** Keras 2 reads files of any version; what words mean that changed is Keras 3's. */
const writer = { keras_version: "3.15.1", backend: "tensorflow" };

export const h5Model: ModelFormat = {
  async write(path, model) {
    const { network, weights, classNames } = model;
    const root = emptyGroup({
      ...writer,
      model_config: formatJson(encodeNetwork(network, "keras2")),
      // Keras passes over what it does not know.
      ...(classNames === undefined ? {} : { class_names: JSON.stringify(classNames) }),
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
      const weights = weightsOf(foundInGroups(network, values));
      const none = {
        network,
        weights,
        compile: undefined,
        slots: new Map(),
        iterations: 0,
        classNames: namesOfClasses(root.attributes.class_names, path),
      };
      if (options.training === false || typeof training !== "string") return none;
      const told = trainingOr(path, options.warn, () =>
        recordOf(parseJson(training, `${path}: training_config`), "The training"),
      );
      if (told === undefined) return none;
      const metrics = withoutOutputNames(told.metrics, network.outputNames);
      const weighted = withoutOutputNames(told.weighted_metrics, network.outputNames);
      const described = { ...told, metrics, weighted_metrics: weighted };
      const compile = trainingIn(path, options, described, told.optimizer_config);
      return { ...none, compile, ...optimizerIn(root, network, compile, options.warn) };
    });
  },
};

function namesOfClasses(stored: unknown, path: string): readonly string[] | undefined {
  return typeof stored === "string"
    ? classNamesIn(parseJson(stored, `${path}: class_names`))
    : undefined;
}

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

interface StoredGroup {
  readonly name: string;
  readonly group: Hdf5Group;
  readonly paths: readonly string[];
}

function storedGroups(root: Hdf5Group): readonly StoredGroup[] {
  return namesIn(root, "layer_names")
    .map((name) => ({ name, group: findGroup(root, name) ?? emptyGroup() }))
    .map(({ name, group }) => ({ name, group, paths: namesIn(group, "weight_names") }))
    .filter(({ paths }) => paths.length > 0);
}

/**
 * What groups have for each weight: by their names, or else, as in Keras, layers with weights in order,
 * whatever their names.
 *
 * @throws FormatError where there are more or fewer of them than in the network, and they go by order.
 */
export function foundInGroups(
  network: Network,
  root: Hdf5Group,
  byName = false,
): readonly FoundWeight[] {
  const stored = storedGroups(root);
  const groups = groupsOf(network).filter(({ weights }) => weights.length > 0);
  if (byName) {
    const named = new Map(stored.map((one) => [one.name.replaceAll("/", "_"), one]));
    return groups.flatMap((own) => foundInGroup(own, named.get(own.name)));
  }
  // A layer that normalizes by its options alone has no values in the file.
  const bare = groups.filter(({ weights }) => !weights.some(isCount));
  const inOrder = [groups, bare].find(({ length }) => length === stored.length);
  if (inOrder !== undefined) return inOrder.flatMap((own, i) => foundInGroup(own, stored[i]));
  return refuse({
    what: "The file holds the weights of another model.",
    expected: `${groups.length} layers with weights`,
    received: `${stored.length}`,
    fix:
      "Load the weights into the model that they were saved from, or those of layers with the same " +
      "names: loadWeights(path, { byName: true, skipMismatch: true }).",
  });
}

function foundInGroup({ name, weights }: LayerGroup, stored: StoredGroup | undefined) {
  return weights.flatMap((weight, i): FoundWeight[] => {
    if (isCount(weight)) return [];
    const path = stored?.paths[i];
    const value = stored && path !== undefined ? findDataset(stored.group, path) : undefined;
    return [{ weight, value, where: `${stored?.name ?? name}/${path ?? i}` }];
  });
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
function optimizerIn(
  root: Hdf5Group,
  network: Network,
  compile: CompileOptions | undefined,
  warn: Warn,
) {
  const group = root.groups.get("optimizer_weights");
  if (group === undefined || compile === undefined || typeof compile.optimizer === "string") {
    return {};
  }
  const paths = namesIn(group, "weight_names");
  if (paths[0]?.endsWith("iter:0")) {
    if (paths.length > 1) warn(beginsAnew(compile.optimizer));
    return {};
  }
  const values = paths.map((path) => findDataset(group, path)).filter((one) => one !== undefined);
  return decodeOptimizerState(network, compile.optimizer, values, warn);
}
