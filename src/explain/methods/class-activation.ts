// Class activation maps: sums of a layer's channels, each counted by what it does for the class. They differ
// in how much a channel counts, and where.

import { ConfigError } from "../../core/errors.ts";
import { meanOf, type Plane, plane, positive, resizePlane, toUnitRange } from "../map.ts";
import type { Values } from "../probe.ts";
import type { AttributionMethod, Finding, Question } from "./method.ts";

/** A layer's result and the score's gradient there, both `[h, w, K]`. */
export interface Channels {
  readonly value: Values;
  readonly gradient: Values;
  readonly height: number;
  readonly width: number;
  readonly count: number;
}

/** One example of `[1, h, w, K]`. */
function channelsOf(value: Values, gradient: Values): Channels {
  const [, height, width, count] = value.shape;
  return { value, gradient, height, width, count };
}

/** The sum over places of `term` for each channel. */
export function sumPerChannel(
  { value, count }: Channels,
  term: (index: number) => number,
): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < value.data.length; i++) sums[i % count] += term(i);
  return sums;
}

/** Σ over channels of `term`, at every place. */
function sumOverChannels(
  { height, width, count }: Channels,
  term: (index: number, channel: number) => number,
): Plane {
  return plane([height, width], (place) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += term(place * count + k, k);
    return sum;
  });
}

/** Σ weight · value over channels. */
export function weighedSum(channels: Channels, weights: ArrayLike<number>): Plane {
  return sumOverChannels(channels, (i, k) => weights[k] * channels.value.data[i]);
}

/** The map of several layers: each brought to 0…1 and to the size of the picture, then averaged. */
export function findingOf(planes: readonly Plane[], size: readonly [number, number]): Finding {
  const scaled = planes.map((one) => resizePlane(toUnitRange(positive(one)), size));
  return { map: meanOf(scaled), values: planes[0] };
}

/** A method that needs values and gradients of its layers, and makes a plane of each. */
function fromGradients(
  record: Omit<AttributionMethod, "looksAt" | "options" | "explain">,
  draw: (channels: Channels, question: Question) => Plane,
): AttributionMethod {
  return {
    ...record,
    looksAt: "layer",
    options: [],
    async explain(question) {
      const { probe, x, target, of, layers, size } = question;
      const found = await probe.gradients(x, target, layers, { of });
      const planes = [...found.values()].map(({ value, gradient }) =>
        draw(channelsOf(value, gradient), question),
      );
      return findingOf(planes, size);
    },
  };
}

/** Gradients averaged over places count the channels. */
export const gradCam = fromGradients(
  {
    title: "Grad-CAM",
    shows: "Where the layer's channels that raise the class are active.",
    misleads: "It is as coarse as the layer, and joins several objects of the class into one.",
    paper: "Selvaraju et al., Grad-CAM, ICCV 2017",
  },
  (channels) => {
    const places = channels.height * channels.width;
    const sums = sumPerChannel(channels, (i) => channels.gradient.data[i]);
    return weighedSum(
      channels,
      sums.map((sum) => sum / places),
    );
  },
);

/** Places count by powers of their gradients. */
export const gradCamPlusPlus = fromGradients(
  {
    title: "Grad-CAM++",
    shows: "As Grad-CAM, but several objects of the class count alike.",
    misleads: "Its weights assume that the score is an exponential of the logit.",
    paper: "Chattopadhay et al., Grad-CAM++, WACV 2018",
  },
  (channels) => {
    const { value, gradient, count } = channels;
    const totals = sumPerChannel(channels, (i) => value.data[i]);
    const weights = sumPerChannel(channels, (i) => {
      const slope = gradient.data[i];
      if (slope <= 0) return 0;
      const square = slope * slope;
      return (slope * square) / (2 * square + totals[i % count] * square * slope + 1e-6);
    });
    return weighedSum(channels, weights);
  },
);

/** Gradients weighed by how active each place is. */
export const xGradCam = fromGradients(
  {
    title: "XGrad-CAM",
    shows: "As Grad-CAM, with weights that follow from two axioms: sensitivity and conservation.",
    misleads: "Channels whose activations cancel out get weights without bounds.",
    paper: "Fu et al., Axiom-based Grad-CAM, BMVC 2020",
  },
  (channels) => {
    const { value, gradient, count } = channels;
    const totals = sumPerChannel(channels, (i) => value.data[i]);
    const weights = sumPerChannel(
      channels,
      (i) => (gradient.data[i] * value.data[i]) / (totals[i % count] + 1e-7),
    );
    return weighedSum(channels, weights);
  },
);

/** Gradient times activation, place by place. */
export const hiResCam = fromGradients(
  {
    title: "HiResCAM",
    shows:
      "The places that the score was really computed from, for a network with one dense layer at its end.",
    misleads: "With more layers after it, that guarantee is gone.",
    paper: "Draelos and Carin, HiResCAM, 2020",
  },
  (channels) =>
    sumOverChannels(channels, (i) => channels.gradient.data[i] * channels.value.data[i]),
);

/** Only gradients above 0 count, place by place. */
export const layerCam = fromGradients(
  {
    title: "LayerCAM",
    shows: "Places that raise the class; it stays sharp in early layers, too.",
    misleads: "What lowers the class is left out.",
    paper: "Jiang et al., LayerCAM, IEEE TIP 2021",
  },
  (channels) =>
    sumOverChannels(
      channels,
      (i) => Math.max(channels.gradient.data[i], 0) * channels.value.data[i],
    ),
);

/** The direction in which the layer's results differ most, whatever the class. */
export const eigenCam = fromGradients(
  {
    title: "Eigen-CAM",
    shows: "The first principal component of the layer: what stands out, whatever the class.",
    misleads: "It is the same for every class.",
    paper: "Muhammad and Yeasin, Eigen-CAM, IJCNN 2020",
  },
  (channels) => {
    const { value, height, width, count } = channels;
    const places = height * width;
    const means = sumPerChannel(channels, (i) => value.data[i]).map((sum) => sum / places);
    const centred = Float64Array.from(value.data, (one, i) => one - means[i % count]);
    const direction = principalDirection(centred, count);
    // Of the two signs, the one in which more activity is more.
    const sign = direction.reduce((sum, one) => sum + one, 0) < 0 ? -1 : 1;
    return sumOverChannels(channels, (i, k) => sign * direction[k] * centred[i]);
  },
);

/** The direction of most variance of rows with `count` numbers: the power method on their covariance. */
function principalDirection(rows: Float64Array, count: number): Float64Array {
  let direction = new Float64Array(count).map((_, k) => 1 + 0.01 * Math.sin(k));
  for (let round = 0; round < 500; round++) {
    const next = new Float64Array(count);
    for (let start = 0; start < rows.length; start += count) {
      let along = 0;
      for (let k = 0; k < count; k++) along += rows[start + k] * direction[k];
      for (let k = 0; k < count; k++) next[k] += along * rows[start + k];
    }
    const length = Math.hypot(...next);
    if (length === 0) return next;
    const unit = next.map((one) => one / length);
    const moved = Math.hypot(...unit.map((one, k) => one - direction[k]));
    direction = unit;
    if (moved < 1e-10) break;
  }
  return direction;
}

/** The weights of the last layer count the channels: what Grad-CAM makes general. */
export const cam: AttributionMethod = {
  title: "CAM",
  shows: "Where the channels are active that the last dense layer reads for the class.",
  misleads: "It exists only for networks that end in global average pooling and one dense layer.",
  paper: "Zhou et al., Learning deep features for discriminative localization, CVPR 2016",
  looksAt: "layer",
  options: [],
  async explain(question) {
    requireLinearHead(question);
    const { probe, x, target, layers, size } = question;
    const found = await probe.gradients(x, target, layers, { of: "logit" });
    const planes = [...found.values()].map(({ value, gradient }) => {
      const channels = channelsOf(value, gradient);
      // Behind an average, the gradient is the weight of the dense layer over the number of places.
      return weighedSum(
        channels,
        sumPerChannel(channels, (i) => gradient.data[i]),
      );
    });
    return findingOf(planes, size);
  },
};

/** @throws ConfigError unless what follows the layer is an average and one dense layer. */
function requireLinearHead({ probe, layers }: Question): void {
  const { steps } = probe.model.network;
  const place = steps.findIndex(({ path }) => path === layers[0]);
  const kinds = steps
    .slice(place + 1)
    .map(({ layer }) => layer.kind)
    .filter((kind) => !/dropout|activation|flatten|reshape/i.test(kind));
  if (kinds.join() === "globalAveragePooling2d,dense" && layers.length === 1) return;
  throw new ConfigError({
    what: "The method cam cannot explain this model.",
    expected: "globalAveragePooling2d and one dense layer after the layer",
    received: kinds.length === 0 ? "no layers" : kinds.join(", "),
    fix: "take gradCam, which is the same for such models and works for all",
  });
}
