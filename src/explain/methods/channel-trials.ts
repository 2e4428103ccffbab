// Class activation maps without gradients: a channel counts by what the score does when it is let through
// alone, or taken away.

import type { Plane } from "../map.ts";
import type { Values } from "../probe.ts";
import { findingOf, weighedSum } from "./class-activation.ts";
import type { AttributionMethod, Question } from "./method.ts";

/** A plane for each layer, from its result `[1, h, w, K]` and a weight for each of its channels. */
async function byChannels(
  question: Question,
  weigh: (layer: string, value: Values) => Promise<ArrayLike<number>>,
) {
  const { probe, x, target, of, layers, size } = question;
  const found = await probe.gradients(x, target, layers, { of });
  const planes: Plane[] = [];
  for (const [layer, { value, gradient }] of found) {
    const [, height, width, count] = value.shape;
    const channels = { value, gradient, height, width, count };
    planes.push(weighedSum(channels, await weigh(layer, value)));
  }
  return findingOf(planes, size);
}

/** The picture seen through each channel of the layer. */
export const scoreCam: AttributionMethod = {
  title: "Score-CAM",
  shows: "Channels count by the score of the picture that is seen through them alone.",
  misleads: "Half-covered pictures are nothing that the network was trained on.",
  paper: "Wang et al., Score-CAM, CVPR workshops 2020",
  looksAt: "layer",
  options: [],
  explain: (question) =>
    byChannels(question, async (_, value) => {
      const { probe, target, of } = question;
      const [, , , count] = value.shape;
      const scores = new Float64Array(count);
      for (let first = 0; first < count; first += 16) {
        const batch = Math.min(16, count - first);
        const seen = seenThrough(question, value, first, batch);
        scores.set(await probe.scores(seen, target, of), first);
      }
      return softmax(scores);
    }),
};

/** `[B, H, W, C]`: the picture multiplied by channels `first` and on, each brought to 0…1. */
function seenThrough({ x, size }: Question, value: Values, first: number, batch: number): Values {
  const [, height, width, count] = value.shape;
  const depth = x.shape[3];
  const [rows, columns] = size;
  const data = new Float32Array(batch * x.data.length);
  for (let n = 0; n < batch; n++) {
    const channel = Float32Array.from(
      { length: height * width },
      (_, place) => value.data[place * count + first + n],
    );
    const mask = unit(stretched(channel, [height, width], [rows, columns]));
    for (let i = 0; i < x.data.length; i++) {
      data[n * x.data.length + i] = x.data[i] * mask[Math.floor(i / depth)];
    }
  }
  return { data, shape: [batch, ...x.shape.slice(1)] };
}

/** Bilinear, with corners on corners, as the method's authors stretch a channel. */
function stretched(
  data: Float32Array,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Float32Array {
  const at = (r: number, c: number) =>
    data[Math.min(r, height - 1) * width + Math.min(c, width - 1)];
  const place = (i: number, wanted: number, size: number) =>
    wanted > 1 ? (i * (size - 1)) / (wanted - 1) : 0;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const y = place(Math.floor(i / columns), rows, height);
    const x = place(i % columns, columns, width);
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const upper = at(top, left) + (at(top, left + 1) - at(top, left)) * (x - left);
    const lower = at(top + 1, left) + (at(top + 1, left + 1) - at(top + 1, left)) * (x - left);
    return upper + (lower - upper) * (y - top);
  });
}

function unit(data: Float32Array): Float32Array {
  const low = data.reduce((a, b) => Math.min(a, b));
  const high = data.reduce((a, b) => Math.max(a, b));
  return data.map((one) => (one - low) / (high - low + 1e-8));
}

function softmax(scores: Float64Array): Float64Array {
  const high = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - high));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

/** The picture without each channel of the layer. */
export const ablationCam: AttributionMethod = {
  title: "Ablation-CAM",
  shows: "Channels count by how far the score falls when they are set to 0.",
  misleads: "Channels that stand in for each other all seem to do nothing.",
  paper: "Desai and Ramaswamy, Ablation-CAM, WACV 2020",
  looksAt: "layer",
  options: [],
  explain: (question) =>
    byChannels(question, async (layer, value) => {
      const { probe, x, target, of } = question;
      const count = value.shape[3];
      const [whole] = await probe.scores(x, target, of);
      const kept = new Float32Array(count * count).fill(1);
      for (let k = 0; k < count; k++) kept[k * count + k] = 0;
      const scale = { data: kept, shape: [count, count] };
      const scores = await probe.scoresWithChannels(x, layer, scale, target, of);
      return scores.map((score) => (whole - score) / whole);
    }),
};
