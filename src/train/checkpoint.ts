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
import type { Metric } from "../nn/metrics/metric.ts";
import type { Network, SymbolicOutputs } from "../nn/network.ts";
import { networkFrom } from "../nn/network-from.ts";
import { optimizerFrom } from "../nn/optimizers/index.ts";
import { rateFrom, storeRate } from "../nn/optimizers/learning-rate.ts";
import { checkWeights } from "./check-weights.ts";
import { type HeadOptions, lossesOf } from "./heads.ts";
import { Model } from "./model.ts";
import { networkSchema } from "./network-schema.ts";
import type { ModelOptions } from "./options.ts";

const whole = z.number().int().nonnegative();
/** A number; JSON has no word for one that is none. */
const value = z.number().or(z.null().transform(() => Number.NaN));
const numbers = z.record(z.string(), value);

const record = z.object({ epoch: whole, seconds: z.number(), logs: numbers });

const metric = z.object({
  kind: z.string(),
  name: z.string(),
  options: z.record(z.string(), z.unknown()),
  weighted: z.boolean(),
});

/** What the file's metadata must say. */
const header = z.object({
  version: z.literal(2),
  seed: z.number().int(),
  network: networkSchema,
  training: z
    .object({
      optimizer: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      heads: z
        .array(
          z.object({
            output: z.string(),
            loss: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
            weight: z.number(),
            metrics: z.array(metric).max(100),
          }),
        )
        .min(1)
        .max(1000),
      learningRate: z
        .number()
        .nonnegative()
        .or(z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) })),
    })
    .optional(),
  progress: z.object({
    epochs: whole,
    steps: whole,
    means: z.object({ examples: whole, sums: z.record(z.string(), z.array(value)) }),
    iterations: whole,
    history: z.array(record).max(1_000_000),
  }),
  classNames: z.array(z.string()).max(1_000_000).optional(),
});

/** Levels of brackets that a description may have; a nested network takes three. */
const mostNesting = 320;
/** The metadata key under which the file keeps it. */
const key = "fovea";
/** What the names of the optimizer's values begin with in the file. */
const slotPrefix = "optimizer/";

export interface SaveOptions {
  /** The names of the classes, kept for whoever predicts with the model. */
  readonly classNames?: readonly string[];
}

/** The model as one safetensors file. */
export function encodeModel(
  model: Model<SymbolicOutputs>,
  { classNames }: SaveOptions = {},
): Uint8Array {
  const { weights, slots, progress } = model.getState();
  const { settings } = model;
  const description: z.input<typeof header> = {
    version: 2,
    seed: model.seed,
    network: model.network.toConfig(),
    ...(settings === undefined
      ? {}
      : {
          training: {
            optimizer: { name: settings.optimizer.name, options: settings.optimizer.options },
            heads: settings.heads.map(({ name: output, loss, weight, metrics }) => ({
              output,
              loss: { name: loss.name, options: { ...loss.options } },
              weight,
              metrics: metrics.map(({ kind, name, options, weighted }) => ({
                kind,
                name,
                options: { ...options },
                weighted,
              })),
            })),
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
  model: Model<SymbolicOutputs>,
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

/** Where a model comes back, and what its file cannot hold. */
export interface LoadOptions extends Pick<ModelOptions, "device"> {
  /** The loss that the model was compiled with, where it was your own; by output as in `compile`. */
  readonly loss?: HeadOptions["loss"];
  /** Metrics of your own, by their names. */
  readonly metrics?: readonly Metric[];
}

/** The model again. `name` is for messages. @throws FormatError where the file is not a model. */
export function decodeModel(
  bytes: Uint8Array,
  name: string,
  { loss, metrics = [], customLayers, ...options }: LoadOptions = {},
): LoadedModel {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  const { seed, network: config, training, progress, classNames } = readHeader(metadata, name);
  try {
    const network = networkFrom(config, customLayers);
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
        ...headOptions(training.heads, network, { loss, metrics }),
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

type StoredHeads = NonNullable<z.output<typeof header>["training"]>["heads"];

/** What `compile` is told to make the heads again. */
function headOptions(
  heads: StoredHeads,
  { outputNames }: Network,
  { loss, metrics }: { loss: LoadOptions["loss"]; metrics: readonly Metric[] },
) {
  const own = loss === undefined ? [] : lossesOf(loss, outputNames);
  const byOutput = <T>(value: (head: StoredHeads[number]) => T) =>
    Object.fromEntries(heads.map((head) => [head.output, value(head)]));
  return {
    loss: byOutput(
      ({ output, loss: { name, options } }) =>
        own[outputNames.indexOf(output)] ?? lossFrom(name, options),
    ),
    lossWeights: byOutput(({ weight }) => weight),
    metrics: byOutput((head) => metricsOf(head, false, metrics)),
    weightedMetrics: byOutput((head) => metricsOf(head, true, metrics)),
  };
}

function metricsOf(
  { metrics }: StoredHeads[number],
  weighted: boolean,
  own: readonly Metric[],
): Metric[] {
  return metrics
    .filter((stored) => stored.weighted === weighted)
    .map(({ kind, name, options }) => {
      const given = own.find((metric) => metric.name === name);
      return given ?? metricFrom(kind, { ...options, name });
    });
}

/** How deep the brackets of a JSON text are nested; those inside of strings do not count. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') inString = !inString;
    // What a backslash hides is neither the end of the string nor another backslash.
    else if (inString && character === "\\") i++;
    else if (inString) continue;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
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
  // A stack has an end: nobody nests models so deep, and a hostile file shall not overflow it.
  if (nestingOf(text) > mostNesting) fail("networks nested too deep");
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
