// `.h5`: what Keras 2 saves, and Keras 3 still reads and writes. A group for each layer of the model,
// with the names of its weights in order.

import type { Warn } from "../../core/warn.ts";
import { encodeHdf5, readHdf5 } from "../../formats/hdf5.ts";
import {
  emptyGroup,
  findDataset,
  groupAt,
  type Hdf5Draft,
  type Hdf5Group,
  putDataset,
} from "../../formats/hdf5-tree.ts";
import { formatJson, parseJson } from "../../formats/json.ts";
import type { Network } from "../../nn/network.ts";
import { classNamesIn } from "../class-names.ts";
import type { ModelFormat } from "../file-format.ts";
import { ofFile, recordOf, refuse } from "../refuse.ts";
import { progressAfter, type StoredModel, type StoredTraining } from "../stored-model.ts";
import { preprocessIn } from "../stored-preprocess.ts";
import { taskIn } from "../stored-task.ts";
import { encodeCompile, encodeOptimizer } from "./compile-config.ts";
import { encodeNetwork } from "./encode-network.ts";
import { foundInGroups, namesIn, weightGroups, writer } from "./h5-groups.ts";
import { weightsOf } from "./keras-weights.ts";
import { networkIn } from "./network-in.ts";
import { beginsAnew, decodeOptimizerState, encodeOptimizerState } from "./optimizer-state.ts";
import { trainingIn, trainingOr } from "./training-in.ts";
import { withZeroPadding } from "./zero-padding.ts";

export const h5Model: ModelFormat = {
  async encode(given) {
    const model = { ...given, network: withZeroPadding(given.network) };
    const { network, weights, classNames, task, preprocess, training } = model;
    const root = emptyGroup({
      ...writer,
      model_config: formatJson(encodeNetwork(network, "keras2")),
      // Keras passes over what it does not know.
      ...(classNames === undefined ? {} : { class_names: JSON.stringify(classNames) }),
      ...(task === undefined ? {} : { task: JSON.stringify(task) }),
      ...(preprocess === undefined ? {} : { preprocess: JSON.stringify(preprocess) }),
    });
    const compile = encodeCompile(model, "keras2");
    if (compile !== undefined && training !== undefined) {
      const optimizer = encodeOptimizer(model, "keras2");
      root.attributes.training_config = formatJson({ ...compile, optimizer_config: optimizer });
      writeOptimizer(root, model, training);
    }
    root.groups.set("model_weights", weightGroups(network, weights));
    return { bytes: await encodeHdf5(root) };
  },

  async decode(bytes, options) {
    const { file, warn } = options;
    const root = await readHdf5(bytes, file);
    return ofFile(file, () => {
      const { model_config: config, training_config: told } = root.attributes;
      if (typeof config !== "string") {
        return refuse({
          what: "The file holds no model.",
          expected: "the attribute model_config",
          received: root.attributes.layer_names === undefined ? "none" : "weights alone",
          fix: "Make the model and call model.loadWeights(path).",
        });
      }
      const { keras_version: version } = root.attributes;
      const network = networkIn(parseJson(config, `${file}: model_config`), options, version);
      const values = root.groups.get("model_weights") ?? root;
      const none = {
        network,
        weights: weightsOf(foundInGroups(network, values).found),
        slots: new Map(),
        progress: progressAfter(0),
        classNames: classNamesIn(jsonAttribute(root, "class_names", file)),
        task: taskIn(jsonAttribute(root, "task", file)),
        preprocess: preprocessIn(jsonAttribute(root, "preprocess", file)),
      };
      if (options.training === false || typeof told !== "string") return none;
      const described = trainingOr(file, warn, () =>
        recordOf(parseJson(told, `${file}: training_config`), "The training"),
      );
      if (described === undefined) return none;
      const { outputNames } = network;
      const compile = {
        ...described,
        metrics: withoutOutputNames(described.metrics, outputNames),
        weighted_metrics: withoutOutputNames(described.weighted_metrics, outputNames),
      };
      const training = trainingIn(options, compile, described.optimizer_config, outputNames);
      if (training === undefined) return none;
      return { ...none, training, ...optimizerIn(root, network, training, warn) };
    });
  },
};

/** What an attribute says in JSON; undefined where there is none. */
function jsonAttribute({ attributes }: Hdf5Group, name: string, file: string): unknown {
  const stored = attributes[name];
  return typeof stored === "string" ? parseJson(stored, `${file}: ${name}`) : undefined;
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

function writeOptimizer(root: Hdf5Draft, model: StoredModel, training: StoredTraining): void {
  const values = encodeOptimizerState(model, training);
  const group = groupAt(root, "optimizer_weights");
  const paths = values.map(({ name }) => `${training.optimizer.name}/${name}`);
  group.attributes.weight_names = paths;
  values.forEach((value, i) => {
    putDataset(group, paths[i], value);
  });
}

/** Keras 2's legacy optimizers keep values in another order: they begin anew, as in Keras 3. */
function optimizerIn(
  root: Hdf5Group,
  network: Network,
  { optimizer }: StoredTraining,
  warn: Warn,
): Pick<StoredModel, "slots" | "progress"> {
  const none = { slots: new Map(), progress: progressAfter(0) };
  const group = root.groups.get("optimizer_weights");
  if (group === undefined) return none;
  const paths = namesIn(group, "weight_names");
  if (paths[0]?.endsWith("iter:0")) {
    if (paths.length > 1) warn(beginsAnew(optimizer));
    return none;
  }
  const values = paths.map((path) => findDataset(group, path)).filter((one) => one !== undefined);
  const { slots, iterations } = decodeOptimizerState(network, optimizer, values, warn);
  return { slots, progress: progressAfter(iterations) };
}
