// How far a map can be trusted, in numbers and in words that a person can use.

import { type OptionNames, requireKnownOptions, requireWhole } from "../../core/option.ts";
import { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { CustomLayers } from "../../nn/custom-layer.ts";
import type { Model } from "../../train/model.ts";
import {
  type Attribution,
  type AttributionOptions,
  attribute,
  attributionOptionNames,
  oneExample,
  targetOf,
} from "../attribute.ts";
import { probeOf, type Values } from "../probe.ts";
import { type Curve, deletion, insertion, meanPicture, road, type Subject } from "./curves.ts";
import { type Randomization, randomization } from "./randomization.ts";

/** How a map is tested. */
export interface TrustOptions extends AttributionOptions {
  /** Points of the curves. Default: 20. */
  readonly points?: number;
  /** Noisy copies of the picture, to measure how stable the map is. Default: 5. */
  readonly copies?: number;
  /** Custom layers of the model, to make a copy of it with random weights. Default: none. */
  readonly customLayers?: CustomLayers;
}

/** The evidence for a map. */
export interface Trust {
  /** The class's probability for the picture as it is. */
  readonly probability: number;
  readonly deletion: Curve;
  readonly insertion: Curve;
  /** The probability when the fifth of the picture that counts most is replaced by the mean colour. */
  readonly withoutHottestFifth: number;
  /** The share of the probability that is lost when the picture is multiplied by the map: 0 to 1. */
  readonly averageDrop: number;
  /** Whether multiplying the picture by the map makes the class more probable. */
  readonly increases: boolean;
  /** ROAD: the probability without the least important pixels minus that without the most important. Above 0 is good. */
  readonly road: number;
  /** The largest change of the map under a little noise, relative to the map. */
  readonly sensitivity: number;
  readonly randomization: Randomization;
  /** What this means, in sentences. */
  readonly words: readonly string[];
}

const optionNames = {
  ...attributionOptionNames,
  points: true,
  copies: true,
  customLayers: true,
} as const satisfies OptionNames<TrustOptions>;

/**
 * Tests a map: how the probability changes when the most important pixels are removed or added first, how stable the
 * map is under noise, and whether it depends on what the network learned. Pass the options that made the map.
 *
 * @throws ConfigError, ShapeError as `explain.attribute` does.
 * @example
 * const options = { method: "gradCam" } as const;
 * const found = await explain.attribute(model, picture, options);
 * const { words } = await explain.trust(model, picture, found, options);
 */
export async function trust(
  model: Model,
  picture: Tensor,
  found: Attribution,
  options: TrustOptions = {},
): Promise<Trust> {
  requireKnownOptions("explain.trust", options, optionNames);
  const { points = 20, copies = 5, customLayers, ...how } = options;
  requireWhole("points", points, 2);
  requireWhole("copies", copies);
  const { seed = 0 } = how;
  const probe = probeOf(model);
  const x = await probe.prepare(oneExample(picture, probe));
  const { probability: outputs } = await probe.outputs(x);
  const target = targetOf(outputs, found.classIndex, how.mask);
  const subject: Subject = { probe, x, target, map: found.map };
  const blank = meanPicture(x);
  const falling = await deletion(subject, points, blank);
  const rising = await insertion(subject, points, blank);
  const [probability, withoutHottestFifth] = (await deletion(subject, 5, blank)).probabilities;
  const through = seenThrough(x, found.map.data);
  const [seen] = await probe.scores(through, target, "probability");
  const random = await randomization(model, picture, found, {
    ...methodOf(found, how),
    seed,
    ...(customLayers === undefined ? {} : { customLayers }),
  });
  const evidence = {
    probability,
    deletion: falling,
    insertion: rising,
    withoutHottestFifth,
    averageDrop: probability > 0 ? Math.max(0, probability - seen) / probability : 0,
    increases: seen > probability,
    road: await road(subject, seed),
    sensitivity: await sensitivity(model, picture, found, {
      ...methodOf(found, how),
      seed,
      copies,
    }),
    randomization: random,
  };
  return { ...evidence, words: wordsOf(evidence, found) };
}

/** The options by which the same map would be made again. */
function methodOf(found: Attribution, options: AttributionOptions): AttributionOptions {
  return { ...options, method: found.method, classIndex: found.classIndex };
}

/** How far the map moves when the picture does a little: at most 2 % of its range, in every pixel. */
async function sensitivity(
  model: Model,
  picture: Tensor,
  found: Attribution,
  { copies, ...options }: AttributionOptions & { readonly seed: number; readonly copies: number },
): Promise<number> {
  const values = Float32Array.from(picture.data);
  const range = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  const stream = new RandomStream(options.seed);
  const norm = lengthOf(found.map.data) || 1;
  let most = 0;
  for (let copy = 0; copy < copies; copy++) {
    const moved = values.map((one) => one + 0.02 * range * (2 * stream.uniform() - 1));
    const data = picture.data instanceof Float32Array ? moved : Uint8ClampedArray.from(moved);
    const again = await attribute(model, { data, shape: picture.shape }, options);
    most = Math.max(most, lengthOf(again.map.data.map((one, i) => one - found.map.data[i])));
  }
  return most / norm;
}

const lengthOf = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, one) => sum + one * one, 0));

function seenThrough({ data, shape }: Values, map: Float32Array): Values {
  const depth = shape[3];
  return { data: data.map((one, i) => one * map[Math.floor(i / depth)]), shape };
}

/** Below this similarity to a random network's map, a map depends on what was learned. */
const unlike = 0.5;

function wordsOf(evidence: Omit<Trust, "words">, { isFlat, map }: Attribution): string[] {
  if (isFlat) return ["The map says nothing: it is the same everywhere."];
  const { randomization: random, probability, withoutHottestFifth, insertion: rising } = evidence;
  const digits = (value: number) => value.toFixed(2);
  const change = random.similarity < unlike ? "changes" : "hardly changes";
  const steady = evidence.sensitivity < 0.3 ? "steady" : "unsteady";
  return [
    `The map ${change} when the network is randomized: ${digits(random.similarity)} similarity.` +
      (random.similarity < unlike ? "" : " It shows the picture more than what was learned."),
    `Blanking the hottest fifth brings the class from ${digits(probability)} to ` +
      `${digits(withoutHottestFifth)}.`,
    `Showing the hottest pixels first, the class has ${digits(rising.area)} on average; ` +
      `blanking them first, ${digits(evidence.deletion.area)}.`,
    `Under a little noise the map is ${steady}: it moves by ${digits(evidence.sensitivity)} ` +
      `of itself over ${map.data.length} pixels.`,
  ];
}
