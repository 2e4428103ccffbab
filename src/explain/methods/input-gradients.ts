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

/** The sum of examples `[N, …]`, each times its weight: `[1, …]`. */
function weighedSum({ data, shape }: Values, weights: ArrayLike<number>): Values {
  const each = data.length / shape[0];
  const sum = new Float64Array(each);
  for (let i = 0; i < data.length; i++) sum[i % each] += weights[Math.floor(i / each)] * data[i];
  return { data: Float32Array.from(sum), shape: [1, ...shape.slice(1)] };
}

async function gradientOf({ probe, x, target, of }: Question, rules?: typeof guided) {
  const question = { of, at: [], ...(rules === undefined ? {} : { rules }) };
  return (await probe.gradients(x, target, question)).input;
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
  async explain({ probe, x, target, of, options: { samples, noise, seed } }) {
    const [low, high] = rangeOf(x.data);
    const copies = new Float32Array(samples * x.data.length);
    const stream = new RandomStream(seed);
    for (let i = 0; i < copies.length; i++) {
      copies[i] = x.data[i % x.data.length] + stream.normal() * noise * (high - low);
    }
    const noisy = { data: copies, shape: [samples, ...x.shape.slice(1)] };
    const { input } = await probe.gradients(noisy, target, { of, at: [] });
    return steepness(weighedSum(input, new Float64Array(samples).fill(1 / samples)));
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
  async explain({ probe, x, target, of, options: { steps, baseline } }) {
    const { places, weights } = legendre(steps);
    const each = x.data.length;
    const way = new Float32Array(steps * each);
    for (let i = 0; i < way.length; i++) {
      way[i] = baseline + places[Math.floor(i / each)] * (x.data[i % each] - baseline);
    }
    const points = { data: way, shape: [steps, ...x.shape.slice(1)] };
    const { input } = await probe.gradients(points, target, { of, at: [] });
    const mean = weighedSum(input, weights);
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
    const { input } = await probe.gradients(pair, target, { of, at: [], rules: rescale });
    const first = { data: input.data.slice(0, x.data.length), shape: x.shape };
    const distance = { data: x.data.map((one) => one - baseline), shape: x.shape };
    return contribution(times(first, distance));
  },
};
