// `.keras`: what Keras 3 saves, a zip of a description, a configuration and the values. Floor 5.

import { readWholeFile, writeFileAtomically } from "../../formats/files.ts";
import { encodeHdf5, readHdf5 } from "../../formats/hdf5.ts";
import { formatJson, parseJson } from "../../formats/json.ts";
import { encodeZip, openZip } from "../../formats/zip.ts";
import { decodeCompile, encodeCompile, encodeOptimizer } from "./compile-config.ts";
import { encodeNetwork } from "./encode-network.ts";
import { stateFolder, weightsFolder } from "./keras-weights.ts";
import type { ModelFormat } from "./model-format.ts";
import { networkIn } from "./network-in.ts";
import { ofFile, recordOf } from "./refuse.ts";

const names = {
  metadata: "metadata.json",
  config: "config.json",
  weights: "model.weights.h5",
} as const;

/** An archive may unpack to this many times its bytes; a little is free. */
const mostGrowth = 20;
const freeBytes = 2 ** 26;

/** The Keras whose files ours are like. */
const version = "3.15.1";

const toBytes = (value: unknown) => new TextEncoder().encode(formatJson(value));

export const kerasArchive: ModelFormat = {
  async write(path, model) {
    const { network, classNames } = model;
    const compile = encodeCompile(model, "keras3");
    const optimizer = encodeOptimizer(model, "keras3");
    const training = compile === undefined ? {} : { compile_config: { optimizer, ...compile } };
    const bytes = encodeZip({
      // Keras passes over what it does not know.
      [names.metadata]: toBytes({
        keras_version: version,
        ...(classNames === undefined ? {} : { class_names: classNames }),
      }),
      [names.config]: toBytes({ ...encodeNetwork(network, "keras3"), ...training }),
      [names.weights]: await encodeHdf5(weightsFolder(network, model.weights, model)),
    });
    await writeFileAtomically(path, bytes);
  },

  async read(path, options) {
    const bytes = await readWholeFile(path);
    // Keras stores its values as they are; others pack them.
    const maximumBytes = Math.max(freeBytes, bytes.length * mostGrowth);
    const archive = ofFile(path, () => openZip(bytes, path, { maximumBytes }));
    const values = await readHdf5(archive.read(names.weights), `${path}: ${names.weights}`);
    return ofFile(path, () => {
      const config = parseJson(archive.read(names.config), `${path}: ${names.config}`);
      const metadata = parseJson(archive.read(names.metadata), `${path}: ${names.metadata}`);
      const { keras_version: kerasVersion } = recordOf(metadata, "The description");
      const network = networkIn(config, options, kerasVersion);
      const { compile_config: training } = recordOf(config, "The model");
      const { optimizer } = recordOf(training ?? {}, "The training");
      const compile = options.training === false ? undefined : decodeCompile(training, optimizer);
      return {
        network,
        compile,
        ...stateFolder(network, values, compile),
        classNames: classNamesIn(metadata),
      };
    });
  },
};

function classNamesIn(metadata: unknown): readonly string[] | undefined {
  const { class_names: given } = recordOf(metadata, "The description");
  const areNames = Array.isArray(given) && given.every((name) => typeof name === "string");
  return areNames ? given : undefined;
}
