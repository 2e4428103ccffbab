// A whole model in one safetensors file: architecture, weights, and what it takes to train on as if
// nothing had happened. Floor 5. The bytes are formats/' business.

import { z } from "zod";
import { FormatError, FoveaError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { readWholeFile, writeFileAtomically } from "../formats/files.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import type { CustomLayers } from "../nn/custom-layer.ts";
import { lossFrom } from "../nn/losses/index.ts";
import { metricFrom } from "../nn/metrics/index.ts";
import { Network } from "../nn/network.ts";
import { optimizerFrom } from "../nn/optimizers/index.ts";
import { rateFrom, storeRate } from "../nn/optimizers/learning-rate.ts";
import { checkWeights } from "./check-weights.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./options.ts";

const whole = z.number().int().nonnegative();
const numbers = z.record(z.string(), z.number().or(z.null().transform(() => Number.NaN)));

const record = z.object({ epoch: whole, seconds: z.number(), logs: numbers });

/** What the file's metadata must say. */
const header = z.object({
  version: z.literal(1),
  seed: z.number().int(),
  network: z.object({
    name: z.string(),
    inputShape: z.array(whole.positive()).min(1).max(8),
    layers: z
      .array(z.object({ kind: z.string(), options: z.record(z.string(), z.unknown()) }))
      .min(1)
      .max(10_000),
  }),
  training: z
    .object({
      optimizer: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      loss: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      metrics: z.array(z.string()).max(100),
      learningRate: z
        .number()
        .nonnegative()
        .or(z.object({ name: z.string(), options: z.record(z.string(), z.number()) })),
    })
    .optional(),
  progress: z.object({
    epochs: whole,
    steps: whole,
    means: z.object({ examples: whole, sums: numbers }),
    iterations: whole,
    history: z.array(record).max(1_000_000),
  }),
  classNames: z.array(z.string()).max(1_000_000).optional(),
});

/** The metadata key under which the file keeps it. */
const key = "fovea";
/** What the names of the optimizer's values begin with in the file. */
const slotPrefix = "optimizer/";

export interface SaveOptions {
  /** The names of the classes, kept for whoever predicts with the model. */
  readonly classNames?: readonly string[];
}

/** The model as one safetensors file. */
export function encodeModel(model: Model, { classNames }: SaveOptions = {}): Uint8Array {
  const { weights, slots, progress } = model.getState();
  const { settings } = model;
  const description: z.input<typeof header> = {
    version: 1,
    seed: model.seed,
    network: model.network.toConfig() as z.input<typeof header>["network"],
    ...(settings === undefined
      ? {}
      : {
          training: {
            optimizer: { name: settings.optimizer.name, options: settings.optimizer.options },
            loss: { name: settings.loss.name, options: { ...settings.loss.options } },
            metrics: settings.metrics.map((metric) => metric.name),
            learningRate: storeRate(model.rateSetting) as number,
          },
        }),
    progress: structuredClone(progress) as z.input<typeof header>["progress"],
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
  };
  const tensors: [string, Tensor][] = [
    ...weights,
    ...[...slots].map(([name, value]): [string, Tensor] => [slotPrefix + name, value]),
  ];
  return encodeSafetensors({ tensors, metadata: { [key]: JSON.stringify(description) } });
}

/**
 * Saves architecture, weights, settings and progress. The file is whole or not there at all.
 *
 * @throws FormatError where it cannot be written; a file that was there before stays.
 * @example await saveModel(model, "model.safetensors")
 */
export async function saveModel(
  model: Model,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  await writeFileAtomically(path, encodeModel(model, options));
}

export interface LoadOptions extends Pick<ModelOptions, "device"> {
  /** Layers of your own that the file may hold, by their kind. */
  readonly customLayers?: CustomLayers;
}

/** A loaded model, with what the file knows besides. */
export interface LoadedModel {
  readonly model: Model;
  readonly classNames: readonly string[] | undefined;
}

/** The model again. `name` is for messages. @throws FormatError where the file is not a model. */
export function decodeModel(
  bytes: Uint8Array,
  name: string,
  { customLayers, ...options }: LoadOptions = {},
): LoadedModel {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const { seed, network: config, training, progress, classNames } = readHeader(metadata, name);
  try {
    const network = Network.fromConfig(config, customLayers);
    const named = new Set(network.weights.map((weight) => weight.fullName));
    const weights = new Map<string, Tensor<Float32Array>>();
    const slots = new Map<string, Tensor<Float32Array>>();
    for (const [tensorName, { data, shape }] of tensors) {
      const value = { data: Float32Array.from(data), shape };
      const isSlot = !named.has(tensorName) && tensorName.startsWith(slotPrefix);
      if (isSlot) slots.set(tensorName.slice(slotPrefix.length), value);
      else weights.set(tensorName, value);
    }
    // Before the model makes room: the description may ask for more than the file holds.
    checkWeights(network, weights);
    const model = new Model(network, { ...options, seed });
    if (training !== undefined) {
      model.compile({
        optimizer: optimizerFrom(training.optimizer.name, training.optimizer.options),
        loss: lossFrom(training.loss.name, training.loss.options),
        metrics: training.metrics.map(metricFrom),
      });
      model.rateSetting = rateFrom(training.learningRate);
    }
    model.setState({ weights, slots, progress });
    return { model, classNames };
  } catch (cause) {
    if (!(cause instanceof FoveaError)) throw cause;
    throw new FormatError({
      what: `${name} does not hold a model that fits together.`,
      received: cause.message,
      fix: "save the model again",
      cause,
    });
  }
}

function readHeader(metadata: Readonly<Record<string, string>>, name: string) {
  const fail = (received: string): never => {
    throw new FormatError({
      what: `${name} is not a model saved by Fovea.`,
      expected: `metadata "${key}" that describes the model`,
      received,
      fix: "use a file written by saveModel or by fovea train",
    });
  };
  const text = Object.hasOwn(metadata, key) ? metadata[key] : fail("none");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    fail("text that is not JSON");
  }
  const result = header.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return fail(`${issue.path.join(".") || "it"}: ${issue.message}`);
}

/**
 * Loads a model that `saveModel` or `fovea train` wrote.
 *
 * @throws FormatError where the file is missing, damaged, or holds something else.
 * @example const { model } = await loadModel("runs/train/best.safetensors")
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
  return decodeModel(await readWholeFile(path), path, options);
}
