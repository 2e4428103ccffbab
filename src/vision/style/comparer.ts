// A model that compares pictures by its features: what contents and styles are compared by, and the loss with its
// gradient with respect to the pixels. Each is one compiled program for a size; that of the loss is kept with the model.

import { ConfigError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { probeOf, type Values } from "../../explain/probe.ts";
import { gradients } from "../../graph/autodiff.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import { layers } from "../../nn/layers/index.ts";
import type { Pooling2dOptions } from "../../nn/layers/pooling.ts";
import { type Preprocess, preprocess } from "../../nn/preprocess.ts";
import type { CompiledProgram } from "../../train/compiled-program.ts";
import type { Model } from "../../train/model.ts";
import type { ModelParts } from "../../train/programs/model-program.ts";
import { requireModel } from "../../train/stateful-model.ts";
import { contentDistance, styleDistance, styleOf, totalVariation } from "./distances.ts";
import type { WeightedLayer } from "./layers.ts";
import { type LossSettings, lossSettings, type StyleLossOptions } from "./loss-options.ts";

/** The style of pictures: what Gram matrices are compared with, layer by layer. */
export type StyleTargets = readonly Values[];

/** A model that compares pictures. */
export class Comparer {
  readonly model: Model;
  readonly settings: LossSettings;
  readonly #key: string;

  /** @throws ConfigError where the model takes no colour pictures, or an option cannot be used. */
  constructor(call: string, model: Model, options: StyleLossOptions) {
    requireModel(call, model);
    const { network } = model;
    if (network.inputs.length !== 1 || network.inputShape[2] !== 3) {
      throw new ConfigError({
        what: `${call}: The model "${model.name}" cannot compare pictures.`,
        expected: "a model with one input, images with red, green and blue [N, H, W, 3]",
        received: network.inputs.map(({ shape }) => `[${["N", ...shape].join(", ")}]`).join(", "),
      });
    }
    this.model = model;
    this.settings = lossSettings(call, network, options);
    const { content, style, normalization, pooling } = this.settings;
    this.#key = JSON.stringify([content, style, normalization, pooling]);
  }

  /** What content pictures `[H, W, 3]` are compared by: the results of the content layers. */
  async contentOf(picture: Tensor): Promise<readonly Values[]> {
    const names = this.settings.content.map(({ layer }) => layer);
    return this.#results("content", names, picture, (_, features) => features);
  }

  /** What style pictures `[H, W, 3]` are compared by: Gram matrices of the style layers. */
  async styleOf(picture: Tensor): Promise<StyleTargets> {
    const names = this.settings.style.map(({ layer }) => layer);
    return this.#results("style", names, picture, (build, features) => styleOf(build, features)[0]);
  }

  /** The program that gives the loss and the gradient of pictures `[H, W, 3]`. */
  lossProgram([height, width]: readonly [number, number]): Promise<CompiledProgram> {
    const graph = (parts: ModelParts) => this.#lossGraph(parts, height, width);
    return probeOf(this.model).program(`style loss ${height} x ${width} ${this.#key}`, 1, graph);
  }

  /** One number for each weight that the loss program takes. */
  get weights(): Readonly<Record<string, Tensor>> {
    const { contentWeight, styleWeight, totalVariationWeight } = this.settings;
    const scalar = (value: number) => ({ data: Float32Array.of(value), shape: [] });
    return {
      contentWeight: scalar(contentWeight),
      styleWeight: scalar(styleWeight),
      totalVariationWeight: scalar(totalVariationWeight),
    };
  }

  async #results(
    what: string,
    names: readonly string[],
    picture: Tensor,
    form: (build: Builder, features: Node) => Node,
  ): Promise<readonly Values[]> {
    if (names.length === 0) return [];
    const { data, shape } = picture;
    const question = `${what} ${shape.join(" x ")} ${this.#key}`;
    const program = await probeOf(this.model).program(question, 1, (parts) => {
      const image = parts.build.input("image", { shape: [1, ...shape], dtype: "f32" });
      const results = this.#features(parts, image, names);
      return Object.fromEntries(results.map((one, i) => [`r${i}`, form(parts.build, one)]));
    });
    try {
      const image = { data: Float32Array.from(data), shape: [1, ...shape] };
      const found = await program.run({ image });
      return names.map((_, i) => found[`r${i}`] as Values);
    } finally {
      await program.dispose();
    }
  }

  #features({ build, activations }: ModelParts, image: Node, names: readonly string[]) {
    const replace = this.settings.pooling === "average" ? averaged : undefined;
    return activations(preprocess(build, image, recordOf(this.model)), names, replace);
  }

  #lossGraph(parts: ModelParts, height: number, width: number) {
    const { build } = parts;
    const { content, style, normalization } = this.settings;
    const image = build.input("image", { shape: [1, height, width, 3], dtype: "f32" });
    const names = [...new Set([...content, ...style].map(({ layer }) => layer))];
    const results = this.#features(parts, image, names);
    const at = (layer: string) => results[names.indexOf(layer)];
    const contents = content.map(({ layer, weight }, i) => {
      const features = at(layer);
      const target = build.input(`content${i}`, { shape: features.shape, dtype: "f32" });
      return weighed(build, contentDistance(build, features, target, normalization), weight);
    });
    const styles = style.map(({ layer, weight }, i) => {
      const features = at(layer);
      const channels = features.shape[3];
      const target = build.input(`style${i}`, { shape: [1, channels, channels], dtype: "f32" });
      return weighed(build, styleDistance(build, features, target, normalization), weight);
    });
    const levels = build.multiply(image, build.constant(1 / 255));
    const distances = {
      content: sumOf(build, contents),
      style: sumOf(build, styles),
      totalVariation: build.sum(totalVariation(build, levels)),
    };
    const scaled = Object.entries(distances).map(([name, distance]) =>
      build.multiply(distance, build.input(`${name}Weight`, { shape: [], dtype: "f32" })),
    );
    const loss = sumOf(build, scaled);
    const [gradient] = gradients(loss, [image], build);
    return { loss, gradient, ...distances };
  }
}

/** What is done to pixels from 0 to 255, of any size. */
export function recordOf({ preprocess: [record] }: Model): Preprocess {
  const { scale, offset, mean, deviation, channelOrder } = record ?? {};
  const known = { scale, offset, mean, deviation, channelOrder };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** Average pooling in the place of max pooling. */
export function averaged(layer: LayerInstance): LayerInstance {
  if (layer.kind !== "maxPooling2d") return layer;
  return layers.averagePooling2d(layer.options as Pooling2dOptions);
}

const weighed = (build: Builder, distance: Node, weight: WeightedLayer["weight"]) =>
  build.multiply(build.sum(distance), build.constant(weight));

const sumOf = (build: Builder, numbers: readonly Node[]) =>
  numbers.reduce((sum, one) => build.add(sum, one), build.constant(0));

/** Styles mixed by shares, layer by layer. */
export function mixStyles(
  styles: readonly StyleTargets[],
  shares: readonly number[],
): StyleTargets {
  const [first] = styles;
  const total = shares.reduce((sum, share) => sum + share, 0);
  return first.map(({ data, shape }, layer) => {
    const mixed = new Float32Array(data.length);
    styles.forEach((style, s) => {
      style[layer].data.forEach((value, i) => {
        mixed[i] += (shares[s] / total) * value;
      });
    });
    return { data: mixed, shape };
  });
}

/** The inputs of a loss program that stay the same from step to step. */
export function targetsOf(
  comparer: Comparer,
  content: readonly Values[],
  style: StyleTargets,
): Readonly<Record<string, Tensor>> {
  const named = (name: string, values: readonly Values[]) =>
    values.map((value, i) => [`${name}${i}`, value] as const);
  return {
    ...comparer.weights,
    ...Object.fromEntries([...named("content", content), ...named("style", style)]),
  };
}
