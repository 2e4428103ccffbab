// What libraries call the layers of architectures, where that is not what the layers are called
// here. Most networks have their library's own names, so that a state dictionary fits as it is.

import { ownNames, type TorchNames } from "../../interchange/torch/names.ts";

/** Convolutions in each block of the VGGs that have Keras's names. */
const vggBlocks: Readonly<Record<string, readonly number[]>> = {
  "vgg-16": [2, 2, 3, 3, 3],
  "vgg-19": [2, 2, 4, 4, 4],
};

/** torchvision counts all layers in a row, pools and activations as well: `features.7`. */
function vggNames(architecture: string): TorchNames | undefined {
  if (!Object.hasOwn(vggBlocks, architecture)) return undefined;
  const modules = new Map<string, string>();
  let at = 0;
  for (const [block, count] of vggBlocks[architecture].entries()) {
    for (let i = 0; i < count; i++, at += 2) {
      modules.set(`block${block + 1}_conv${i + 1}`, `features.${at}`);
    }
    at++;
  }
  for (const [i, name] of ["fc1", "fc2", "predictions"].entries()) {
    modules.set(name, `classifier.${3 * i}`);
  }
  return { library: "torchvision", module: (layer) => modules.get(layer), epsilon: 1e-5 };
}

/** How much deeper each EfficientNet-Lite is; its first and last stage stay as they are. */
const liteDepths = [1, 1.1, 1.2, 1.4, 1.8];
const liteStages = [1, 2, 2, 3, 3, 4, 1];

/**
 * The names of lukemelas/EfficientNet-PyTorch, which counts blocks through all stages: `_blocks.5`.
 */
function liteNames(architecture: string): TorchNames | undefined {
  const [, number] = /^efficientnet-lite(\d)$/.exec(architecture) ?? [];
  if (number === undefined) return undefined;
  const last = liteStages.length - 1;
  const counts = liteStages.map((count, stage) =>
    stage === 0 || stage === last ? count : Math.ceil(liteDepths[Number(number)] * count),
  );
  const outer: Readonly<Record<string, string>> = {
    conv_stem: "_conv_stem",
    bn1: "_bn0",
    conv_head: "_conv_head",
    bn2: "_bn1",
    classifier: "_fc",
  };
  const first: Readonly<Record<string, string>> = {
    conv_dw: "_depthwise_conv",
    bn1: "_bn1",
    conv_pw: "_project_conv",
    bn2: "_bn2",
  };
  const inner: Readonly<Record<string, string>> = {
    conv_pw: "_expand_conv",
    bn1: "_bn0",
    conv_dw: "_depthwise_conv",
    bn2: "_bn1",
    conv_pwl: "_project_conv",
    bn3: "_bn2",
  };
  const module = (layer: string): string | undefined => {
    const [, stage, index, part] = /^blocks\.(\d)\.(\d+)\.(\w+)$/.exec(layer) ?? [];
    if (stage === undefined) return outer[layer];
    const before = counts.slice(0, Number(stage)).reduce((sum, count) => sum + count, 0);
    const known = Number(stage) === 0 ? first : inner;
    const name = known[part];
    return name === undefined ? undefined : `_blocks.${before + Number(index)}.${name}`;
  };
  return { library: "EfficientNet-PyTorch", module, epsilon: 1e-3 };
}

/** What torchvision has beside the network for training alone. */
const own: TorchNames = { ...ownNames, unused: /^(aux1|aux2|AuxLogits)\./ };

/** The names under which files of PyTorch may hold the weights of an architecture. */
export function torchNamesOf(architecture: string): readonly TorchNames[] {
  const others = [vggNames(architecture), liteNames(architecture)];
  return [own, ...others.filter((names) => names !== undefined)];
}
