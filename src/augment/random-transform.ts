// How `imageDataGenerator` changes one image: numbers that are drawn from the ranges of its options, under
// Keras's names, and the matrix that some of them come to.

import type { RandomStream } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";

/** How one image is changed. Absent numbers change nothing. */
export interface TransformParameters {
  /** Degrees, anticlockwise where above 0. Default: 0. */
  readonly theta?: number;
  /** Pixels that are looked to the right: the image moves left where above 0. Default: 0. */
  readonly tx?: number;
  /** Pixels that are looked down: the image moves up where above 0. Default: 0. */
  readonly ty?: number;
  /** The angle of shear in degrees. Default: 0. */
  readonly shear?: number;
  /** How much more of the width is seen: above 1 the image shrinks. Default: 1. */
  readonly zx?: number;
  /** How much more of the height is seen. Default: 1. */
  readonly zy?: number;
  /** Whether left and right are swapped. Default: false. */
  readonly flipHorizontal?: boolean;
  /** Whether top and bottom are swapped. Default: false. */
  readonly flipVertical?: boolean;
  /** What is added to all values, which stay between the image's smallest and largest. Default: none. */
  readonly channelShiftIntensity?: number;
  /** What values are multiplied by, as bytes. Default: none. */
  readonly brightness?: number;
}

/** A distance: below 1 a part of the image, else pixels; or the distances to choose from. */
export type ShiftRange = number | readonly number[];

/** The ranges that numbers are drawn from. */
export interface TransformRanges {
  readonly rotationRange: number;
  readonly widthShiftRange: ShiftRange;
  readonly heightShiftRange: ShiftRange;
  readonly shearRange: number;
  readonly zoomRange: number | readonly [number, number];
  readonly channelShiftRange: number;
  readonly brightnessRange: readonly [number, number] | undefined;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
}

/** Numbers for one image of shape `[H, W, C]`. */
export function drawTransform(
  ranges: TransformRanges,
  [height, width]: Shape,
  random: RandomStream,
): TransformParameters {
  const within = (low: number, high: number) => low + (high - low) * random.uniform();
  const around = (range: number) => (range === 0 ? 0 : within(-range, range));
  const theta = around(ranges.rotationRange);
  const ty = drawShift(ranges.heightShiftRange, height, random);
  const tx = drawShift(ranges.widthShiftRange, width, random);
  const shear = around(ranges.shearRange);
  const [least, most] =
    typeof ranges.zoomRange === "number"
      ? [1 - ranges.zoomRange, 1 + ranges.zoomRange]
      : ranges.zoomRange;
  const isStill = least === 1 && most === 1;
  const [zx, zy] = isStill ? [1, 1] : [within(least, most), within(least, most)];
  const flipHorizontal = random.uniform() < 0.5 && ranges.horizontalFlip;
  const flipVertical = random.uniform() < 0.5 && ranges.verticalFlip;
  const { channelShiftRange, brightnessRange } = ranges;
  const moved = { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical };
  return {
    ...moved,
    ...(channelShiftRange === 0 ? {} : { channelShiftIntensity: around(channelShiftRange) }),
    ...(brightnessRange === undefined ? {} : { brightness: within(...brightnessRange) }),
  };
}

function drawShift(range: ShiftRange, length: number, random: RandomStream): number {
  if (typeof range === "number") {
    if (range === 0) return 0;
    const shift = range * (2 * random.uniform() - 1);
    return range < 1 ? shift * length : shift;
  }
  const chosen = range[random.below(range.length)] * (random.below(2) === 0 ? -1 : 1);
  return Math.max(...range) < 1 ? chosen * length : chosen;
}

type Rows = readonly (readonly [number, number, number])[];

function product(a: Rows, b: Rows): Rows {
  return a.map((row) => {
    const at = (column: 0 | 1 | 2) => row.reduce((sum, value, i) => sum + value * b[i][column], 0);
    return [at(0), at(1), at(2)] as const;
  });
}

/**
 * Where the pixels of the changed image come from, around the middle of an image of shape `[H, W, C]`: the nine
 * entries of a matrix in rows, as layers that move images have it.
 */
export function transformMatrix(
  { theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1, ...flips }: TransformParameters,
  [height, width]: Shape,
): number[] {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(radians(theta)), Math.sin(radians(theta))];
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  const last: Rows[number] = [0, 0, 1];
  const steps: Rows[] = [
    [[1, 0, x], [0, 1, y], last],
    [[cosine, -sine, 0], [sine, cosine, 0], last],
    [[1, 0, tx], [0, 1, ty], last],
    [[1, -Math.sin(radians(shear)), 0], [0, Math.cos(radians(shear)), 0], last],
    [[zx, 0, 0], [0, zy, 0], last],
    [[flips.flipHorizontal ? -1 : 1, 0, 0], [0, flips.flipVertical ? -1 : 1, 0], last],
    [[1, 0, -x], [0, 1, -y], last],
  ];
  return steps.reduce(product).flat();
}
