// `.keras`: what Keras 3 saves, a zip of a description, a configuration and the values.

import { encodeHdf5, readHdf5 } from "../../formats/hdf5.ts";
import type { Hdf5Group } from "../../formats/hdf5-tree.ts";
import { formatJson, parseJson } from "../../formats/json.ts";
import { encodeZip, openZip, weightBytesIn, type ZipArchive } from "../../formats/zip.ts";
import { classNamesIn } from "../class-names.ts";
import type { ModelFormat } from "../file-format.ts";
import { ofFile, recordOf } from "../refuse.ts";
import { preprocessIn } from "../stored-preprocess.ts";
import { taskIn } from "../stored-task.ts";
import { encodeCompile, encodeOptimizer } from "./compile-config.ts";
import { encodeNetwork } from "./encode-network.ts";
import { stateFolder, weightsFolder } from "./keras-weights.ts";
import { networkIn } from "./network-in.ts";
import { trainingIn } from "./training-in.ts";
import { withZeroPadding } from "./zero-padding.ts";

const names = {
  metadata: "metadata.json",
  config: "config.json",
  weights: "model.weights.h5",
} as const;

/** The Keras whose files ours are like. */
const version = "3.15.1";

const toBytes = (value: unknown) => new TextEncoder().encode(formatJson(value));

function openArchive(bytes: Uint8Array, file: string): ZipArchive {
  // Keras stores its values as they are; others pack them.
  return ofFile(file, () => openZip(bytes, file, { maximumBytes: weightBytesIn(bytes) }));
}

/** The values of an archive alone. */
export function readArchivedWeights(bytes: Uint8Array, file: string): Promise<Hdf5Group> {
  return readHdf5(openArchive(bytes, file).read(names.weights), `${file}: ${names.weights}`);
}

export const kerasArchive: ModelFormat = {
  async encode(given) {
    const model = { ...given, network: withZeroPadding(given.network) };
    const { network, classNames, task, preprocess } = model;
    const compile = encodeCompile(model, "keras3");
    const optimizer = encodeOptimizer(model, "keras3");
    const training = compile === undefined ? {} : { compile_config: { optimizer, ...compile } };
    const bytes = encodeZip({
      // Keras passes over what it does not know.
      [names.metadata]: toBytes({
        keras_version: version,
        ...(classNames === undefined ? {} : { class_names: classNames }),
        ...(task === undefined ? {} : { task }),
        ...(preprocess === undefined ? {} : { preprocess }),
      }),
      [names.config]: toBytes({ ...encodeNetwork(network, "keras3"), ...training }),
      [names.weights]: await encodeHdf5(weightsFolder(network, model.weights, model)),
    });
    return { bytes };
  },

  async decode(bytes, options) {
    const { file, warn } = options;
    const archive = openArchive(bytes, file);
    const values = await readHdf5(archive.read(names.weights), `${file}: ${names.weights}`);
    return ofFile(file, () => {
      const config = parseJson(archive.read(names.config), `${file}: ${names.config}`);
      const metadata = parseJson(archive.read(names.metadata), `${file}: ${names.metadata}`);
      const described = recordOf(metadata, "The description");
      const network = networkIn(config, options, described.keras_version);
      const { compile_config: told } = recordOf(config, "The model");
      const { optimizer } = Object(told) as { readonly optimizer?: unknown };
      const training = trainingIn(options, told, optimizer, network.outputNames);
      return {
        network,
        training,
        ...stateFolder(network, values, training, warn),
        classNames: classNamesIn(described.class_names),
        task: taskIn(described.task),
        preprocess: preprocessIn(described.preprocess),
      };
    });
  },
};
