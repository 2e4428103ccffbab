// Weights without their model: `.weights.h5` of Keras 3, `.h5` of Keras 2, `.safetensors`. Floor 5.

import { extname } from "node:path";
import { readWholeFile, writeFileAtomically } from "../../formats/files.ts";
import { encodeHdf5, readHdf5 } from "../../formats/hdf5.ts";
import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import type { Network } from "../../nn/network.ts";
import { weightGroups, weightsInGroups } from "./h5-model.ts";
import { weightIn, weightsFolder, weightsIn } from "./keras-weights.ts";
import { ofFile, refuse } from "./refuse.ts";
import type { Values } from "./stored-model.ts";

/** A kind of file that holds weights. */
interface WeightsFormat {
  encode(network: Network, weights: Values): Promise<Uint8Array>;
  decode(bytes: Uint8Array, network: Network, file: string): Promise<Values>;
}

const formats = {
  ".weights.h5": {
    encode: (network, weights) => encodeHdf5(weightsFolder(network, weights)),
    async decode(bytes, network, file) {
      const root = await readHdf5(bytes, file);
      return ofFile(file, () => weightsIn(network, root));
    },
  },
  ".h5": {
    encode: (network, weights) => encodeHdf5(weightGroups(network, weights)),
    async decode(bytes, network, file) {
      const root = await readHdf5(bytes, file);
      const groups = root.groups.get("model_weights") ?? root;
      return ofFile(file, () => weightsInGroups(network, groups));
    },
  },
  ".safetensors": {
    encode: async (_, weights) => encodeSafetensors({ tensors: [...weights], checksum: true }),
    async decode(bytes, network, file) {
      const { tensors } = decodeSafetensors(bytes, file);
      return ofFile(
        file,
        () =>
          new Map(
            network.weights.map((weight) =>
              weightIn(weight, tensors.get(weight.fullName), weight.fullName),
            ),
          ),
      );
    },
  },
} as const satisfies Readonly<Record<string, WeightsFormat>>;

/** By the end of the path. @throws FormatError where it names no kind of file that holds weights. */
function formatOf(path: string): WeightsFormat {
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

/** @throws FormatError unless the end of `path` names a kind of file that holds weights. */
export function requireWeightsEnding(path: string): void {
  formatOf(path);
}

/** Writes weights; the file is whole or not there at all. @throws FormatError */
export async function writeWeights(path: string, network: Network, weights: Values): Promise<void> {
  await writeFileAtomically(path, await formatOf(path).encode(network, weights));
}

/** The weights of `network` in a file. @throws FormatError where it is damaged, or does not fit. */
export async function readWeights(path: string, network: Network): Promise<Values> {
  return formatOf(path).decode(await readWholeFile(path), network, path);
}
