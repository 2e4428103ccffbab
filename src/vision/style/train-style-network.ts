// A style network is trained on photographs by the same distances that pictures are optimised by. Together with the
// network that compares, it is one model, which `fit` trains like any other.

import { ConfigError } from "../../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../../core/option.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { isSource, type Source } from "../../data/source.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { defineLayer } from "../../nn/custom-layer.ts";
import { input } from "../../nn/input.ts";
import { layers } from "../../nn/layers/index.ts";
import type { LossFunction } from "../../nn/losses/loss.ts";
import { Network } from "../../nn/network.ts";
import { networkAt } from "../../nn/network-at.ts";
import { adam } from "../../nn/optimizers/adam.ts";
import { type Preprocess, preprocess } from "../../nn/preprocess.ts";
import { isSymbolic, type SymbolicTensor } from "../../nn/symbolic.ts";
import { Model } from "../../train/model.ts";
import type { FitOptions, History } from "../../train/options.ts";
import { requireModel } from "../../train/stateful-model.ts";
import { averaged, Comparer, mixStyles, recordOf, type StyleTargets } from "./comparer.ts";
import { contentDistance, styleDistance, totalVariation } from "./distances.ts";
import { type FeatureOptions, featureOptionNames, withFeatures } from "./feature-model.ts";
import { lossOptionsOf, type StyleLossOptions, styleLossOptionNames } from "./loss-options.ts";
import { colorsOf, resizedTo, sizeFor } from "./pictures.ts";
import { sharesOf } from "./style-loss.ts";

/** How a style network is trained. */
export interface TrainStyleNetworkOptions
  extends StyleLossOptions,
    FeatureOptions,
    Pick<
      FitOptions,
      "epochs" | "stepsPerEpoch" | "callbacks" | "signal" | "verbose" | "onWarning"
    > {
  /** How much each of several styles counts. Default: all alike. */
  readonly mix?: readonly number[];
  /** The longer side of style pictures in parts of the photographs'. Default: 1. */
  readonly styleScale?: number;
  /** Photographs of one step. Default: 4. */
  readonly batchSize?: number;
  /** Learning rate of Adam. Default: 1e-3. */
  readonly learningRate?: number;
  /** Seed of the order of photographs. Default: 0. */
  readonly seed?: number;
}

const fitNames = {
  epochs: true,
  stepsPerEpoch: true,
  callbacks: true,
  signal: true,
  verbose: true,
  onWarning: true,
} as const;

const optionNames: OptionNames<TrainStyleNetworkOptions> = {
  ...styleLossOptionNames,
  ...featureOptionNames,
  ...fitNames,
  mix: true,
  styleScale: true,
  batchSize: true,
  learningRate: true,
  seed: true,
};

const call = "vision.trainStyleNetwork";

/**
 * Trains a style network on photographs `[N, H, W, 3]` of its size, bytes, or on a source of them, such as the `train` part
 * of `data.imageFolder`; their classes do not count. The loss is that of `stylize`. Save the network itself afterwards.
 *
 * Source: Johnson, Alahi and Fei-Fei, ECCV 2016.
 *
 * @returns What `fit` returns: `loss`, and `content_loss`, `style_loss` and `totalVariation_loss` without their weights.
 * @throws ConfigError if an option cannot be used, DataError if photographs do not fit the network.
 * @example
 * const painter = vision.styleNetwork({ inputShape: [128, 128, 3] });
 * await vision.trainStyleNetwork(painter, photographs, painting, { epochs: 2 });
 * await saveModel(painter, "painting.safetensors");
 */
export async function trainStyleNetwork(
  network: Model,
  photographs: Tensor | Source,
  style: Tensor<Uint8Array> | readonly Tensor<Uint8Array>[],
  options: TrainStyleNetworkOptions = {},
): Promise<History> {
  requireModel(call, network);
  requireKnownOptions(call, options, optionNames, "network, photographs, painting, { epochs: 2 }");
  const { mix, styleScale = 1, batchSize = 4, learningRate = 1e-3, seed = 0, device } = options;
  requireNumber("styleScale", styleScale, { above: 0, most: 4 });
  requireWhole("batchSize", batchSize);
  requireNumber("learningRate", learningRate, { above: 0 });
  const pictures = Array.isArray(style) ? style : [style];
  const shares = sharesOf(mix, pictures.length);
  const { epochs, stepsPerEpoch, callbacks, signal, verbose, onWarning } = options;
  const given = { epochs, stepsPerEpoch, callbacks, signal, verbose, onWarning };
  return withFeatures(call, options, onWarning, async (features) => {
    const comparer = new Comparer(call, features, lossOptionsOf(options));
    const longest = Math.max(...network.network.inputShape.slice(0, 2)) * styleScale;
    const styles: StyleTargets[] = [];
    for (const one of pictures) {
      const picture = colorsOf(call, one);
      const resized = resizedTo(picture, sizeFor(picture, Math.round(longest)));
      styles.push(await comparer.styleOf(resized));
    }
    const whole = trainingNetwork(network, comparer, mixStyles(styles, shares));
    const frozen = features.network.owners.map(({ layer }) => layer);
    const before = frozen.map(({ trainable }) => trainable);
    for (const layer of frozen) layer.trainable = false;
    const model = new Model(whole, { seed, ...(device && { device }) });
    try {
      const { contentWeight, styleWeight, totalVariationWeight } = comparer.settings;
      model.compile({
        optimizer: adam({ learningRate }),
        loss: { content: asItIs, style: asItIs, totalVariation: asItIs },
        lossWeights: {
          content: contentWeight,
          style: styleWeight,
          totalVariation: totalVariationWeight,
        },
      });
      const options = Object.entries({ ...given, batchSize }).filter(
        ([, one]) => one !== undefined,
      );
      return await model.fit(sourceOf(photographs), Object.fromEntries(options));
    } finally {
      await model.dispose();
      frozen.forEach((layer, i) => {
        layer.trainable = before[i];
      });
    }
  });
}

/** The outputs are the losses: there is nothing to compare them with. */
const asItIs: LossFunction = (_, distances, build) => build.mean(distances, { axes: [1] });

/** From photographs to the distances of what the network makes of them, `[N, 1]` each. */
function trainingNetwork(
  painter: Model,
  { model, settings }: Comparer,
  target: StyleTargets,
): Network {
  const shape = painter.network.inputShape;
  const photographs = input({ shape });
  const painted = painter.apply(photographs);
  if (!isSymbolic(painted)) {
    throw new ConfigError({
      what: `${call}: The model "${painter.name}" makes no pictures of pictures.`,
      expected: "a style network, as vision.styleNetwork makes it",
      received: "a model with several outputs",
    });
  }
  const { content, style, normalization, pooling } = settings;
  const names = [...new Set([...content, ...style].map(({ layer }) => layer))];
  const replace = pooling === "average" ? averaged : undefined;
  const features = networkAt(model.network, shape, names, replace);
  const prepared = pixelsFor(recordOf(model));
  const at = (results: readonly SymbolicTensor[], layer: string) => results[names.indexOf(layer)];
  const wanted = features.apply([prepared().apply(photographs)]);
  const found = features.apply([prepared().apply(painted)]);
  const contents = content.map(({ layer, weight }) =>
    distance("contentDistance", (build, [x, y]) =>
      build.multiply(contentDistance(build, x, y, normalization), build.constant(weight)),
    )().apply([at(found, layer), at(wanted, layer)]),
  );
  const styles = style.map(({ layer, weight }, i) =>
    distance(
      "styleDistance",
      (build, [x], gram) =>
        build.multiply(
          styleDistance(build, x, gram as Node, normalization),
          build.constant(weight),
        ),
      target[i],
    )().apply(at(found, layer)),
  );
  const roughness = distance("totalVariation", (build, [x]) =>
    totalVariation(build, build.multiply(x, build.constant(1 / 255))),
  )().apply(painted);
  return new Network({
    name: `${painter.name}-training`,
    inputs: photographs,
    outputs: { content: sumOf(contents), style: sumOf(styles), totalVariation: roughness },
  });
}

/** One or more distances as their sum. */
const sumOf = (all: readonly SymbolicTensor[]) =>
  all.length === 1 ? all[0] : layers.add().apply(all);

/** Pixels as the network that compares takes them. */
const pixelsFor = (record: Preprocess) =>
  defineLayer({
    kind: "pixels",
    plan: ([shape]) => ({
      outputShape: shape,
      call: ([x], { build }) => preprocess(build, x, record),
    }),
  });

type Distance = (build: Builder, inputs: readonly Node[], target: Node | undefined) => Node;

/** A layer that gives a distance for each example, `[N, 1]`; a target is a weight that nothing changes. */
function distance(kind: string, of: Distance, target?: Tensor<Float32Array>) {
  const weights =
    target === undefined
      ? []
      : [
          {
            name: "target",
            shape: target.shape,
            initializer: "zeros" as const,
            values: Array.from(target.data),
            trainable: false,
          },
        ];
  return defineLayer({
    kind,
    plan: () => ({
      outputShape: [1],
      weights,
      call(inputs, { build, weights: own }) {
        const result = of(build, inputs, own.target);
        return build.reshape(result, [inputs[0].shape[0], 1]);
      },
    }),
  });
}

/** Photographs as `fit` takes them: with zeros as targets, which do not count. */
function sourceOf(photographs: Tensor | Source): Source {
  const inner = isSource(photographs) ? photographs : sourceOfTensor(photographs);
  return {
    count: inner.count,
    ...(inner.isSequential === undefined ? {} : { isSequential: inner.isSequential }),
    async read(rows) {
      const { x } = await inner.read(rows);
      const zeros = { data: new Float32Array(rows.length), shape: [rows.length, 1] };
      return { x, y: { content: zeros, style: zeros, totalVariation: zeros } };
    },
  };
}

function sourceOfTensor({ data, shape }: Tensor): Source {
  const [count, ...rest] = shape;
  const each = sizeOf(rest);
  return {
    count,
    read(rows) {
      const values = data.slice(0, rows.length * each);
      rows.forEach((row, i) => {
        values.set(data.subarray(row * each, (row + 1) * each), i * each);
      });
      return { x: { data: values, shape: [rows.length, ...rest] } };
    },
  };
}
