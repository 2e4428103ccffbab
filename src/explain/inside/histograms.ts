// How the numbers of every layer are spread: weights, activations, and the gradients of the loss at the weights.

import { type OptionNames, requireKnownOptions, requireWhole } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { gradients } from "../../graph/autodiff.ts";
import type { Model } from "../../train/model.ts";
import { imageInput, probeOf, scored, type Values } from "../probe.ts";
import { resultsOf } from "./features.ts";

/** How numbers are spread. */
export interface Histogram {
  /** The ends of the bins: one more than there are counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  /** The share of numbers that are exactly 0. */
  readonly zeros: number;
  /** How many are infinite or not a number; they are in no bin. */
  readonly notFinite: number;
}

/** How the numbers of a layer are spread. */
export interface LayerHistograms {
  readonly layer: string;
  readonly className: string;
  /** Of all trained weights of the layer. */
  readonly weights: Histogram;
  /** Of the layer's results. */
  readonly activations: Histogram;
  /** Of the loss's gradient at the weights. */
  readonly gradients: Histogram;
}

/** How histograms are made. */
export interface HistogramOptions {
  /** Bins of a histogram. Default: 40. */
  readonly bins?: number;
  /** The right class of each example, `[N]`, for the loss. Default: the class that the model predicts. */
  readonly y?: Tensor;
}

const names: OptionNames<HistogramOptions> = { bins: true, y: true };

/** The histogram of numbers. */
export function histogramOf(values: ArrayLike<number>, bins: number): Histogram {
  const all = Float64Array.from(values);
  const finite = all.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const middle = finite.length > 0 ? low : 0;
  const [start, end] = high > low ? [low, high] : [middle - 0.5, middle + 0.5];
  const counts = new Array<number>(bins).fill(0);
  let [sum, zeros] = [0, 0];
  for (const value of finite) {
    counts[Math.min(bins - 1, Math.floor((bins * (value - start)) / (end - start)))]++;
    sum += value;
    if (value === 0) zeros++;
  }
  const count = Math.max(1, finite.length);
  const mean = sum / count;
  const squares = finite.reduce((total, value) => total + (value - mean) ** 2, 0);
  return {
    edges: Array.from({ length: bins + 1 }, (_, i) => start + ((end - start) * i) / bins),
    counts,
    mean,
    deviation: Math.sqrt(squares / count),
    zeros: zeros / Math.max(1, all.length),
    notFinite: all.length - finite.length,
  };
}

/**
 * Histograms of weights, activations and gradients of every layer with trained weights. The loss is the cross-entropy of
 * the classes, averaged over the examples.
 *
 * @param x Examples `[N, H, W, C]` as `predict` takes them.
 * @example for (const { layer, gradients } of await explain.histograms(model, x)) console.log(layer, gradients.deviation);
 */
export async function histograms(
  model: Model,
  x: Tensor,
  options: HistogramOptions = {},
): Promise<readonly LayerHistograms[]> {
  requireKnownOptions("explain.histograms", options, names, "{ y }");
  const { bins = 40, y } = options;
  requireWhole("bins", bins);
  const prepared = await probeOf(model).prepare(x);
  const trained = model.network.weights.filter(({ trainable }) => trainable);
  const weights = trained.map(({ fullName }) => fullName);
  const own = (path: string) => weights.filter((name) => ownerOf(name) === path);
  const values = await model.getWeights();
  const slopes = await weightGradients(model, prepared, y, weights);
  const steps = new Map(model.network.steps.map((step) => [step.path, step]));
  const found: LayerHistograms[] = [];
  for (const [path, { layer }] of steps) {
    if (own(path).length === 0) continue;
    const [result] = await resultsOf(model, prepared, [path]);
    const spread = (tensors: ReadonlyMap<string, Tensor>) =>
      histogramOf(
        own(path).flatMap((name) => Array.from(tensors.get(name)?.data ?? [])),
        bins,
      );
    found.push({
      layer: path,
      className: layer.className,
      weights: spread(values),
      activations: histogramOf(result.data, bins),
      gradients: spread(slopes),
    });
  }
  return found;
}

const ownerOf = (fullName: string) => fullName.slice(0, Math.max(0, fullName.lastIndexOf("/")));

/** The gradients of the mean cross-entropy, by the weights' names. */
async function weightGradients(
  model: Model,
  x: Values,
  y: Tensor | undefined,
  weights: readonly string[],
): Promise<ReadonlyMap<string, Tensor>> {
  const probe = probeOf(model);
  const { probability: outputs } = await probe.outputs(x);
  const [count] = x.shape;
  const classes = outputs.data.length / count;
  const targets = new Float32Array(outputs.data.length);
  for (let n = 0; n < count; n++) {
    const row = outputs.data.subarray(n * classes, (n + 1) * classes);
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const right = y === undefined ? row.indexOf(largest) : Number(y.data[n]);
    if (right >= 0 && right < classes) targets[n * classes + right] = 1;
  }
  const program = await probe.program("weight gradients", count, (parts) => {
    const { build } = parts;
    const image = imageInput(parts, count, probe.inputShape);
    const target = build.input("target", { shape: [count, classes], dtype: "f32" });
    const logits = scored(parts.apply(image).outputs[0], "logit");
    const rates = build.logSoftmax(build.reshape(logits, [count, classes]));
    const total = build.sum(build.multiply(rates, target));
    const loss = build.multiply(total, build.constant(-1 / count));
    const nodes = weights.flatMap((name) => parts.weights.get(name) ?? []);
    const found = gradients(loss, nodes, build);
    return Object.fromEntries(found.map((node, i) => [`g${i}`, node]));
  });
  const target = { data: targets, shape: [count, classes] };
  const found = await program.run({ image: x, target });
  return new Map(weights.map((name, i) => [name, found[`g${i}`]]));
}
