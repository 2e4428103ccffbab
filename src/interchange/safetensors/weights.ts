// Weights in a safetensors file, alone or with their model: they go by name.

import { decodeSafetensors, encodeSafetensors } from "../../formats/safetensors.ts";
import type { FoundWeight } from "../found-weights.ts";
import type { WeightsFormat } from "../model-format.ts";
import { slotPrefix } from "./slot-prefix.ts";

export const safetensorsWeights: WeightsFormat = {
  encode: async (_, weights) => encodeSafetensors({ tensors: [...weights], checksum: true }),
  async find(bytes, network, { file }) {
    const wanted = new Set(network.weights.map(({ fullName }) => fullName));
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
