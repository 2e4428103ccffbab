// ResNets for images of CIFAR: 16, 32 and 64 filters, and as many blocks as make the depth.

import { defineArchitecture } from "./architecture.ts";
import { wordOption } from "./option-kinds.ts";
import { residual } from "./parts/residual.ts";
import { averageTop } from "./parts/top.ts";
import { unit } from "./preprocessing.ts";

/** The options that only these have. */
export type CifarResnetOptions = { readonly shortcut: "A" | "B" };

const kind = { useBias: false, kernelInitializer: "heNormal" } as const;

/** `parameters` are those that are trained, with shortcuts A and B. */
function resnet(depth: number, parameters: readonly [number, number]) {
  const count = (depth - 2) / 6;
  return defineArchitecture<CifarResnetOptions>({
    name: `resnet-${depth}`,
    title: `ResNet-${depth} for CIFAR`,
    family: "ResNet for CIFAR",
    year: 2015,
    paper:
      "He, Zhang, Ren and Sun, “Deep Residual Learning for Image Recognition”, CVPR 2016, section 4.2, arXiv:1512.03385",
    description: `${depth} layers for small images: 16, 32 and 64 filters, ${count} blocks of each`,
    inputShape: [32, 32, 3],
    classes: 10,
    options: {
      shortcut: wordOption(
        "Where the shape changes: `A` adds channels of zeros, `B` is a 1 x 1 convolution.",
        "A",
        ["A", "B"],
      ),
    },
    preprocess: unit,
    figures: parameters.map((trainableParameters, i) => ({
      source: "paper",
      options: { shortcut: i === 0 ? "A" : "B" },
      trainableParameters,
    })),
    features: { stage1: "stage1_out", stage2: "stage2_out", stage3: "stage3_out" },
    body(images, { shortcut: option }) {
      const shortcut = option === "A" ? "zeros" : "projection";
      let x = residual.stem(images, 16, kind);
      for (const [stage, filters] of [16, 32, 64].entries()) {
        for (let i = 0; i < count; i++) {
          x = residual.block(x, {
            filters,
            stride: stage > 0 && i === 0 ? 2 : 1,
            shortcut,
            kind,
            ...(i === count - 1 ? { name: `stage${stage + 1}_out` } : {}),
          });
        }
      }
      return x;
    },
    top: averageTop({ dense: "dense" }),
  });
}

/** ResNet-20 for images of CIFAR-10, `[N, 32, 32, 3] → [N, classes]`. */
export const resnet20 = resnet(20, [269_722, 272_474]);

/** ResNet-32 for images of CIFAR-10. */
export const resnet32 = resnet(32, [464_154, 466_906]);

/** ResNet-44 for images of CIFAR-10. */
export const resnet44 = resnet(44, [658_586, 661_338]);

/** ResNet-56 for images of CIFAR-10. */
export const resnet56 = resnet(56, [853_018, 855_770]);

/** ResNet-110 for images of CIFAR-10. */
export const resnet110 = resnet(110, [1_727_962, 1_730_714]);
