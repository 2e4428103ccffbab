// How a stylised photograph keeps its colours. Source: Gatys, Bethge, Hertzmann and Shechtman, "Preserving color in
// neural artistic style transfer", 2016.

import type { Tensor } from "../../core/tensor.ts";
import { byteOf } from "../../images/image-batch.ts";

type Picture = Tensor<Uint8Array>;

/**
 * Where the result's colours come from: `style`, the paintings; `histogram`, the photograph, whose mean and covariance the
 * paintings get before; `luminance`, the photograph, pixel by pixel, so that the style changes brightness alone.
 */
export type ColorSource = (typeof colorSources)[number];

export const colorSources = ["style", "histogram", "luminance"] as const;

/** How colours are kept: what is done to the pictures before, and to the result at last. */
interface ColorMethod {
  content(content: Picture): Picture;
  style(style: Picture, content: Picture): Picture;
  result(result: Picture, content: Picture): Picture;
}

const same = (picture: Picture) => picture;

/** The luma of ITU-R BT.601. */
const luma = [0.299, 0.587, 0.114];

const lumaAt = (data: Uint8Array, i: number) =>
  luma[0] * data[i] + luma[1] * data[i + 1] + luma[2] * data[i + 2];

/** Each of the three rows of ways to keep colours, by its name. */
export const colorMethods: Readonly<Record<ColorSource, ColorMethod>> = {
  style: { content: same, style: same, result: same },
  histogram: { content: same, style: withColorsOf, result: same },
  luminance: { content: inGrey, style: greyLike, result: withChromaOf },
};

/** The luma in all three channels. */
function inGrey({ data, shape }: Picture): Picture {
  const grey = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) grey.fill(byteOf(lumaAt(data, i)), i, i + 3);
  return { data: grey, shape };
}

/** The style in grey, as bright and with as much contrast as the content. */
function greyLike(style: Picture, content: Picture): Picture {
  const [grey, wanted] = [inGrey(style), momentsOf(inGrey(content))];
  const own = momentsOf(grey);
  const factor = Math.sqrt(wanted.covariance[0] / Math.max(own.covariance[0], 1));
  const data = grey.data.map((value) => byteOf((value - own.mean[0]) * factor + wanted.mean[0]));
  return { data, shape: grey.shape };
}

/** The brightness of the result, the colours of the content: Y of the one, I and Q of the other. */
function withChromaOf(result: Picture, content: Picture): Picture {
  const data = new Uint8Array(result.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const more = lumaAt(result.data, i) - lumaAt(content.data, i);
    for (let c = 0; c < 3; c++) data[i + c] = byteOf(content.data[i + c] + more);
  }
  return { data, shape: result.shape };
}

/** Mean `[3]` and covariance `[3, 3]` of colours. */
interface Moments {
  readonly mean: readonly number[];
  readonly covariance: readonly number[];
}

function momentsOf({ data }: Picture): Moments {
  const mean = [0, 0, 0];
  for (let i = 0; i < data.length; i++) mean[i % 3] += data[i];
  const count = data.length / 3;
  for (let c = 0; c < 3; c++) mean[c] /= count;
  const covariance = new Array<number>(9).fill(0);
  for (let i = 0; i < data.length; i += 3) {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        covariance[a * 3 + b] += ((data[i + a] - mean[a]) * (data[i + b] - mean[b])) / count;
      }
    }
  }
  return { mean, covariance };
}

/** The style with the mean and the covariance of the content's colours: x ↦ Lc · Ls⁻¹ · (x − mean) + mean'. */
function withColorsOf(style: Picture, content: Picture): Picture {
  const [own, wanted] = [momentsOf(style), momentsOf(content)];
  const [from, to] = [choleskyOf(own.covariance), choleskyOf(wanted.covariance)];
  const data = new Uint8Array(style.data.length);
  for (let i = 0; i < data.length; i += 3) {
    // Without covariance, by forward substitution.
    const plain = [0, 0, 0];
    for (let a = 0; a < 3; a++) {
      let left = style.data[i + a] - own.mean[a];
      for (let b = 0; b < a; b++) left -= from[a * 3 + b] * plain[b];
      plain[a] = left / from[a * 3 + a];
    }
    for (let a = 0; a < 3; a++) {
      let value = wanted.mean[a];
      for (let b = 0; b <= a; b++) value += to[a * 3 + b] * plain[b];
      data[i + a] = byteOf(value);
    }
  }
  return { data, shape: style.shape };
}

/** A level squared: added to each variance, so that pictures in one colour have a factor, too. */
const ridge = 1;

/** The lower triangle L with L · Lᵀ = matrix. */
function choleskyOf(matrix: readonly number[]): readonly number[] {
  const lower = new Array<number>(9).fill(0);
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * 3 + b] + (a === b ? ridge : 0);
      for (let k = 0; k < b; k++) sum -= lower[a * 3 + k] * lower[b * 3 + k];
      lower[a * 3 + b] = a === b ? Math.sqrt(Math.max(sum, ridge)) : sum / lower[b * 3 + b];
    }
  }
  return lower;
}
