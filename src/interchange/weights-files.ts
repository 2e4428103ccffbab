// Weights without their model: `.weights.h5` of Keras 3, `.h5` of Keras 2, `.safetensors`; and the
// weights of whole models.

import { extname } from "node:path";
import { printWarning, type Warn } from "../core/warn.ts";
import { readWholeFile, writeFileAtomically } from "../formats/files.ts";
import { encodeHdf5, readHdf5 } from "../formats/hdf5.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import type { Network } from "../nn/network.ts";
import { requirePath } from "../nn/option.ts";
import { type FoundWeight, type TakenWeights, takeWeights } from "./found-weights.ts";
import { foundInGroups, weightGroups } from "./keras/h5-model.ts";
import { readArchivedWeights } from "./keras/keras-archive.ts";
import { foundInFolders, weightsFolder } from "./keras/keras-weights.ts";
import { ofFile, refuse } from "./refuse.ts";
import type { Values } from "./stored-model.ts";

export interface LoadWeightsOptions {
  /**
   * Whether layers whose weights are missing in the file, or of another shape, keep those that they have,
   * as where a model has got another head. Default: false, which is an error.
   */
  readonly skipMismatch?: boolean;
  /**
   * Whether layers find their weights by their names. Default: false, by their order, as in Keras.
   * `.safetensors` always goes by name.
   */
  readonly byName?: boolean;
  /** Takes what was skipped, in words. Default: Node prints it as a `FoveaWarning`. */
  readonly onWarning?: Warn;
}

/** What `loadWeights` left as it was. */
export interface LoadedWeights {
  /** The names of the weights that were skipped; none unless `skipMismatch` is set. */
  readonly skipped: readonly string[];
}

/** A kind of file that holds weights. */
interface WeightsFormat {
  /** Whole models hold weights as well, but are written by `saveModel`. */
  encode?(network: Network, weights: Values): Promise<Uint8Array>;
  /** What the file has for each weight, and the names that are in it where it goes by names. */
  find(bytes: Uint8Array, network: Network, file: string, byName: boolean): Promise<Found>;
}

interface Found {
  readonly found: readonly FoundWeight[];
  readonly others?: readonly string[];
}

const ofOlderKeras: WeightsFormat = {
  encode: (network, weights) => encodeHdf5(weightGroups(network, weights)),
  async find(bytes, network, file, byName) {
    const root = await readHdf5(bytes, file);
    const groups = root.groups.get("model_weights") ?? root;
    return ofFile(file, () => ({ found: foundInGroups(network, groups, byName) }));
  },
};

const formats: Readonly<Record<string, WeightsFormat>> = {
  ".weights.h5": {
    encode: (network, weights) => encodeHdf5(weightsFolder(network, weights)),
    async find(bytes, network, file, byName) {
      const root = await readHdf5(bytes, file);
      // Keras 2 wrote its groups under this name, too.
      const isOlder = root.attributes.layer_names !== undefined;
      return ofFile(file, () => ({
        found: (isOlder ? foundInGroups : foundInFolders)(network, root, byName),
      }));
    },
  },
  ".h5": ofOlderKeras,
  ".hdf5": ofOlderKeras,
  ".keras": {
    async find(bytes, network, file, byName) {
      const root = await readArchivedWeights(bytes, file);
      return ofFile(file, () => ({ found: foundInFolders(network, root, byName) }));
    },
  },
  ".safetensors": {
    encode: async (_, weights) => encodeSafetensors({ tensors: [...weights], checksum: true }),
    async find(bytes, network, file) {
      const wanted = new Set(network.weights.map(({ fullName }) => fullName));
      const others: string[] = [];
      const { tensors } = decodeSafetensors(bytes, file, {
        only(name) {
          if (!wanted.has(name)) others.push(name);
          return wanted.has(name);
        },
      });
      const found = network.weights.map((weight): FoundWeight => {
        const tensor = tensors.get(weight.fullName);
        return { weight, value: tensor, where: weight.fullName };
      });
      return { found, others };
    },
  },
};

/** By the end of the path. @throws FormatError where it names no kind of file that holds weights. */
function formatOf(path: string): WeightsFormat {
  requirePath("The file of weights", path);
  const ending = Object.entries(formats).find(([end]) => path.toLowerCase().endsWith(end));
  return (
    ending?.[1] ??
    refuse({
      what: `The end of ${path} names no kind of file that holds weights.`,
      expected: Object.keys(formats).join(", "),
      received: extname(path) || "none of them",
      fix: "For a whole model use saveModel and loadModel; else give the name one of these ends.",
    })
  );
}

/** @throws FormatError unless the end of `path` names a kind of file in which weights alone are written. */
export function requireWeightsEnding(path: string): void {
  encoderOf(path);
}

function encoderOf(path: string): NonNullable<WeightsFormat["encode"]> {
  const { encode } = formatOf(path);
  if (encode === undefined) {
    return refuse({
      what: `${path} would be a whole model, not weights alone.`,
      expected: Object.keys(formats)
        .filter((ending) => formats[ending].encode !== undefined)
        .join(", "),
      received: extname(path),
      fix: "Use saveModel, or give the name one of these ends.",
    });
  }
  return encode;
}

/** Writes weights; the file is whole or not there at all. @throws FormatError */
export async function writeWeights(path: string, network: Network, weights: Values): Promise<void> {
  const encode = encoderOf(path);
  await writeFileAtomically(path, await encode(network, weights));
}

/** The weights of `network` in a file. @throws FormatError where it is damaged, or does not fit. */
export async function readWeights(
  path: string,
  network: Network,
  { skipMismatch = false, byName = false, onWarning = printWarning }: LoadWeightsOptions = {},
): Promise<TakenWeights> {
  const bytes = await readWholeFile(path);
  const { found, others = [] } = await formatOf(path).find(bytes, network, path, byName);
  return ofFile(path, () => takeWeights(found, { skipMismatch, others, warn: onWarning }));
}
