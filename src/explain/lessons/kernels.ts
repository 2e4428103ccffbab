// The named kernels over a picture: what each one finds in it.

import { requireWord } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { grayscale } from "../../images/color.ts";
import { filter, type Kernel, kernels } from "../../images/filter.ts";
import type { Pixels } from "../../images/image-batch.ts";

/** The name of a kernel. */
export type LessonKernel = keyof typeof kernels | "gaussianBlur";

interface KernelFacts {
  readonly title: string;
  /** What it answers to. */
  readonly meaning: string;
  /** Whether its sums have both signs, so that grey stands for 0. */
  readonly isSigned: boolean;
}

const facts = {
  prewittX: { title: "Vertical edges (Prewitt)", meaning: "right minus left", isSigned: true },
  prewittY: { title: "Horizontal edges (Prewitt)", meaning: "below minus above", isSigned: true },
  sobelX: {
    title: "Sobel, vertical edges",
    meaning: "right minus left, middle twice",
    isSigned: true,
  },
  sobelY: {
    title: "Sobel, horizontal edges",
    meaning: "below minus above, middle twice",
    isSigned: true,
  },
  scharrX: {
    title: "Scharr, vertical edges",
    meaning: "as Sobel, alike in all directions",
    isSigned: true,
  },
  scharrY: {
    title: "Scharr, horizontal edges",
    meaning: "as Sobel, alike in all directions",
    isSigned: true,
  },
  laplacian: { title: "Laplacian", meaning: "neighbours minus the middle", isSigned: true },
  edges: { title: "All edges", meaning: "the middle minus its neighbours", isSigned: true },
  sharpen: { title: "Sharpen", meaning: "the picture plus its edges", isSigned: false },
  boxBlur: { title: "Box blur", meaning: "the mean of nine pixels", isSigned: false },
  gaussianBlur: { title: "Gaussian blur", meaning: "near pixels count more", isSigned: false },
  emboss: { title: "Emboss", meaning: "light from the upper left", isSigned: false },
} as const satisfies Readonly<Record<LessonKernel, KernelFacts>>;

/** The names of all kernels, in the order of a sheet. */
export const lessonKernels = Object.keys(facts) as readonly LessonKernel[];

/** A picture after one kernel. */
export interface KernelResult extends KernelFacts {
  readonly kernel: LessonKernel;
  /** The weights. */
  readonly weights: Kernel;
  /** What the sums are, f32 `[H, W, C]`; those with both signs are of the grey picture, `[H, W, 1]`. */
  readonly sums: Tensor<Float32Array>;
  /** The sums as a picture, u8: where they have both signs, 128 stands for 0 and the largest reaches black or white. */
  readonly picture: Tensor<Uint8Array>;
}

/** Weights 1 2 1 in both directions, which are those of a Gaussian with σ = 0.85, nearly. */
const gaussian: Kernel = [1, 2, 1].map((row) => [1, 2, 1].map((column) => (row * column) / 16));

/**
 * A picture after each of the named kernels: edges by Prewitt, Sobel and Scharr, Laplacian, sharpening, blurs, emboss.
 *
 * @param picture u8 or f32 `[H, W, 1]` or `[H, W, 3]`.
 * @param names Which kernels. Default: all.
 * @throws ShapeError where it is no picture, ConfigError where there is no such kernel.
 * @example const [{ picture }] = explain.kernelResults(photo, ["sobelX"]);
 */
export function kernelResults(
  picture: Tensor<Pixels>,
  names: readonly LessonKernel[] = lessonKernels,
): readonly KernelResult[] {
  const colours = { data: Float32Array.from(picture.data), shape: picture.shape };
  const grey = grayscale(colours);
  return names.map((kernel) => {
    requireWord("kernel", kernel, lessonKernels);
    const own = facts[kernel];
    const weights = kernel === "gaussianBlur" ? gaussian : kernels[kernel];
    const sums = filter(own.isSigned ? grey : colours, { kernel: weights });
    return { kernel, ...own, weights, sums, picture: shownSums(sums, own.isSigned) };
  });
}

function shownSums({ data, shape }: Tensor<Float32Array>, isSigned: boolean): Tensor<Uint8Array> {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const level = (value: number) =>
    isSigned ? 128 + (largest > 0 ? (127 * value) / largest : 0) : value;
  const bytes = Uint8ClampedArray.from(data, (value) => level(value));
  return { data: new Uint8Array(bytes.buffer), shape };
}
