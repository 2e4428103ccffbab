// Methods that look at the input: gradients of the score there, plain, averaged, or by other rules.

import { RandomStream } from "../../core/random.ts";
import { type Plane, plane, positive, resizePlane } from "../map.ts";
import type { Values } from "../probe.ts";
import { gradCam } from "./class-activation.ts";
import { legendre } from "./legendre.ts";
import type { AttributionMethod, Finding, Question } from "./method.ts";
import { guided, rescale } from "./rules.ts";

/** `[1, H, W, C] → [H, W]`: `join` of a pixel's channels. */
function overChannels(values: Values, join: (channels: Float32Array) => number): Plane {
  const [, height, width, depth] = values.shape;
  return plane([height, width], (i) => join(values.data.subarray(i * depth, (i + 1) * depth)));
}

const largest = (channels: Float32Array) =>
  channels.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const total = (channels: Float32Array) => channels.reduce((sum, value) => sum + value, 0);

/** How steep: the largest of a pixel's channels, whatever its sign. */
const steepness = (values: Values): Finding => ({ map: overChannels(values, largest), values });

/** How much each pixel adds to the score; what lowers it is not in the map. */
const contribution = (values: Values): Finding => ({
  map: positive(overChannels(values, total)),
  values,
});

const times = (a: Values, b: Values): Values => ({
  data: a.data.map((value, i) => value * b.data[i % b.data.length]),
  shape: a.shape,
});

/** Pictures whose gradients are asked for at once. */
const atOnce = 16;

/**
 * The sum of the gradients at many pictures, each times its weight: `[1, …]`. `fill` writes the picture with a
 * number; they are asked for in order, and only some of them are in memory.
 */
async function weighedGradients(
  { probe, x, target, of }: Question,
  weights: ArrayLike<number>,
  fill: (picture: Float32Array, index: number) => void,
): Promise<Values> {
  const each = x.data.length;
  const sum = new Float64Array(each);
  for (let first = 0; first < weights.length; first += atOnce) {
    const count = Math.min(atOnce, weights.length - first);
    const data = new Float32Array(count * each);
    for (let n = 0; n < count; n++) fill(data.subarray(n * each, (n + 1) * each), first + n);
    const pictures = { data, shape: [count, ...x.shape.slice(1)] };
    const input = await probe.inputGradients(pictures, target, { of });
    input.data.forEach((value, i) => {
      sum[i % each] += weights[first + Math.floor(i / each)] * value;
    });
  }
  return { data: Float32Array.from(sum), shape: x.shape };
}

function gradientOf({ probe, x, target, of }: Question, rules?: typeof guided) {
  return probe.inputGradients(x, target, { of, ...(rules === undefined ? {} : { rules }) });
}

export const saliency: AttributionMethod = {
  title: "Saliency",
  shows: "Pixels where a small change moves the score most.",
  misleads: "It is noisy, and where the network is saturated it is 0 although the pixel matters.",
  paper: "Simonyan et al., Deep inside convolutional networks, ICLR workshop 2014",
  looksAt: "input",
  options: [],
  explain: async (question) => steepness(await gradientOf(question)),
};

export const inputTimesGradient: AttributionMethod = {
  title: "Input x gradient",
  shows: "Each pixel's share of the score, as if the network were linear here.",
  misleads: "Black pixels never count, and saturated parts are missed.",
  paper: "Shrikumar et al., Not just a black box, 2016",
  looksAt: "input",
  options: [],
  explain: async (question) => contribution(times(await gradientOf(question), question.x)),
};

export const guidedBackpropagation: AttributionMethod = {
  title: "Guided backpropagation",
  shows: "Fine structures that the network's units respond to.",
  misleads:
    "It reconstructs edges of the picture, and hardly depends on the class or on late layers.",
  paper: "Springenberg et al., Striving for simplicity, ICLR workshop 2015",
  looksAt: "input",
  options: [],
  explain: async (question) => steepness(await gradientOf(question, guided)),
};

export const guidedGradCam: AttributionMethod = {
  title: "Guided Grad-CAM",
  shows: "The fine structures of guided backpropagation, where Grad-CAM sees the class.",
  misleads: "It looks sharper than what is known: its details are edges of the picture.",
  paper: "Selvaraju et al., Grad-CAM, ICCV 2017",
  looksAt: "layer",
  options: [],
  async explain(question) {
    const fine = await gradientOf(question, guided);
    const { values: coarse } = await gradCam.explain(question);
    const depth = question.x.shape[3];
    const mask = resizePlane(positive(coarse), question.size);
    const data = fine.data.map((value, i) => value * mask.data[Math.floor(i / depth)]);
    return contribution({ data, shape: fine.shape });
  },
};

export const smoothGrad: AttributionMethod = {
  title: "SmoothGrad",
  shows: "The gradient averaged over noisy copies, so that what is left is steady.",
  misleads: "How much noise is a choice, and changes the map.",
  paper: "Smilkov et al., SmoothGrad, 2017",
  looksAt: "input",
  options: ["samples", "noise", "seed"],
  async explain(question) {
    const { x, options } = question;
    const { samples, noise, seed } = options;
    const [low, high] = rangeOf(x.data);
    const stream = new RandomStream(seed);
    const deviation = noise * (high - low);
    const shares = new Float64Array(samples).fill(1 / samples);
    const mean = await weighedGradients(question, shares, (picture) => {
      for (let i = 0; i < picture.length; i++) picture[i] = x.data[i] + stream.normal() * deviation;
    });
    return steepness(mean);
  },
};

const rangeOf = (data: Float32Array) =>
  data.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

export const integratedGradients: AttributionMethod = {
  title: "Integrated gradients",
  shows:
    "Each pixel's share of how far the score is from that of the baseline; the shares add up to it.",
  misleads: "What looks like the baseline never counts: with 0, what is black or grey.",
  paper: "Sundararajan et al., Axiomatic attribution for deep networks, ICML 2017",
  looksAt: "input",
  options: ["steps", "baseline"],
  async explain(question) {
    const { x, options } = question;
    const { steps, baseline } = options;
    const { places, weights } = legendre(steps);
    const mean = await weighedGradients(question, weights, (picture, step) => {
      for (let i = 0; i < picture.length; i++) {
        picture[i] = baseline + places[step] * (x.data[i] - baseline);
      }
    });
    const distance = { data: x.data.map((one) => one - baseline), shape: x.shape };
    return contribution(times(mean, distance));
  },
};

export const deepLift: AttributionMethod = {
  title: "DeepLIFT",
  shows:
    "Each pixel's share of how far the score is from that of the baseline, by one walk back (rescale rule).",
  misleads: "Products of values, as in squeeze-and-excite, are followed by plain gradients.",
  paper:
    "Shrikumar et al., Learning important features through propagating activation differences, ICML 2017",
  looksAt: "input",
  options: ["baseline"],
  async explain({ probe, x, target, of, options: { baseline } }) {
    const both = new Float32Array(2 * x.data.length).fill(baseline);
    both.set(x.data);
    const pair = { data: both, shape: [2, ...x.shape.slice(1)] };
    const input = await probe.inputGradients(pair, target, { of, rules: rescale });
    const first = { data: input.data.slice(0, x.data.length), shape: x.shape };
    const distance = { data: x.data.map((one) => one - baseline), shape: x.shape };
    return contribution(times(first, distance));
  },
};
