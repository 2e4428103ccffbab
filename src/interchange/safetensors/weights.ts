// Weights in a safetensors file, alone or with their model: they go by name.

import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import { readHeader } from "../../formats/safetensors-header.ts";
import type { WeightsFormat } from "../file-format.ts";
import type { FoundWeight } from "../found-weights.ts";
import { slotPrefix } from "./slot-prefix.ts";

/** Whether a file has the names that PyTorch gives to weights, and none that is wanted. */
function isOfTorch(bytes: Uint8Array, file: string, wanted: ReadonlySet<string>): boolean {
  const names = readHeader(bytes, file).records.map(({ name }) => name);
  return names.some((name) => name.endsWith(".weight")) && !names.some((name) => wanted.has(name));
}

export const safetensorsWeights: WeightsFormat = {
  encode: async (_, weights) => encodeSafetensors({ tensors: [...weights], checksum: true }),
  async find(bytes, network, options) {
    const { file, names } = options;
    const wanted = new Set(network.weights.map(({ fullName }) => fullName));
    if (names !== undefined || isOfTorch(bytes, file, wanted)) {
      const { foundInSafetensors } = await import("../torch/weights.ts");
      return foundInSafetensors(bytes, network, options);
    }
    const unexpected: string[] = [];
    const { tensors } = decodeSafetensors(bytes, file, {
      only(name) {
        if (wanted.has(name)) return true;
        if (!name.startsWith(slotPrefix)) unexpected.push(name);
        return false;
      },
    });
    const found = network.weights.map((weight): FoundWeight => {
      return { weight, value: tensors.get(weight.fullName), where: weight.fullName };
    });
    return { found, unexpected };
  },
};
