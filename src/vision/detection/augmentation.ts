// Random changes of pictures together with the boxes in them: size and place, mirror images, colours, four pictures in
// one (mosaic), and two on top of each other (mixup).

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireOption,
} from "../../core/option.ts";
import type { RandomStream } from "../../core/random.ts";
import { changeColors, colorChange } from "./color-change.ts";
import { letterboxLevel } from "./letterbox.ts";
import type { Canvas, Placing, Region, Sample } from "./placing.ts";
import { place } from "./placing.ts";

/** How pictures change in training. */
export interface DetectionAugmentation {
  /** The probability of a mirror image, left for right. Default: 0.5. */
  readonly horizontalFlip?: number;
  /** The probability of a mirror image, top for bottom. Default: 0. */
  readonly verticalFlip?: number;
  /**
   * The smallest and the largest factor of the picture's size, 1 being that of the letterbox. What is larger than the
   * image is cropped, what is smaller is padded, both at a random place. Default: [0.6, 1.4].
   */
  readonly scale?: readonly [low: number, high: number];
  /** By how much width and height may differ in that factor: 0.1 stands for −10 % to 10 %. Default: 0.1. */
  readonly aspect?: number;
  /** By how much brightness changes: 0.2 stands for factors from 0.8 to 1.2. Default: 0.2. */
  readonly brightness?: number;
  /** By how much contrast changes. Default: 0.2. */
  readonly contrast?: number;
  /** By how much saturation changes. Default: 0.3. */
  readonly saturation?: number;
  /** How far hues turn at most, as a part of the colour circle. Default: 0.02. */
  readonly hue?: number;
  /**
   * The probability that four pictures share the image, at three quarters of their sizes. Source: Bochkovskiy et al.,
   * "YOLOv4", 2020. Default: 0.
   */
  readonly mosaic?: number;
  /**
   * The probability that another picture shines through, with its objects. Source: Zhang et al., "Bag of Freebies for
   * Training Object Detection Neural Networks", 2019. Default: 0.
   */
  readonly mixup?: number;
}

const optionNames: OptionNames<DetectionAugmentation> = {
  horizontalFlip: true,
  verticalFlip: true,
  scale: true,
  aspect: true,
  brightness: true,
  contrast: true,
  saturation: true,
  hue: true,
  mosaic: true,
  mixup: true,
};

/** How large a picture of a mosaic is beside one that is alone. */
const mosaicScale = 0.75;

/** The options with their defaults. @throws ConfigError where one cannot be used. */
export function augmentationOf(options: DetectionAugmentation): Required<DetectionAugmentation> {
  requireKnownOptions(
    "vision.detectionSource, augmentation",
    options,
    optionNames,
    "{ mosaic: 0.5 }",
  );
  const { scale = [0.6, 1.4] } = options;
  const fits =
    Array.isArray(scale) &&
    scale.length === 2 &&
    scale[0] > 0 &&
    scale[0] <= scale[1] &&
    scale[1] <= 10;
  requireOption("scale", scale, fits, "two numbers above 0, the smaller one first, at most 10");
  const { horizontalFlip = 0.5, verticalFlip = 0, mosaic = 0, mixup = 0 } = options;
  const { aspect = 0.1, brightness = 0.2, contrast = 0.2, saturation = 0.3, hue = 0.02 } = options;
  const shares = { horizontalFlip, verticalFlip, mosaic, mixup };
  const amounts = { brightness, contrast, saturation };
  for (const [name, value] of Object.entries({ ...shares, ...amounts })) {
    requireBetween(name, value, 0, 1);
  }
  requireBetween("aspect", aspect, 0, 0.9);
  requireBetween("hue", hue, 0, 0.5);
  return { ...shares, ...amounts, aspect, hue, scale };
}

/** Draws pictures into images as the options say. */
export class Augmentation {
  readonly #options: Required<DetectionAugmentation>;

  constructor(options: DetectionAugmentation) {
    this.#options = augmentationOf(options);
  }

  /**
   * Fills a canvas with picture `row`, and others as they are needed.
   *
   * @param pictures Gives each picture by its number, at the size of its letterbox.
   */
  async fill(
    canvas: Canvas,
    row: number,
    random: RandomStream,
    pictures: { readonly count: number; read(row: number): Promise<Sample> },
  ): Promise<void> {
    const { mosaic, mixup } = this.#options;
    const other = () => pictures.read(random.below(pictures.count));
    const all = { left: 0, top: 0, right: canvas.width, bottom: canvas.height };
    if (random.uniform() < mosaic) {
      const middle = (length: number) => Math.round(length * (0.3 + 0.4 * random.uniform()));
      const [x, y] = [middle(canvas.width), middle(canvas.height)];
      const quarters = [
        { ...all, right: x, bottom: y },
        { ...all, left: x, bottom: y },
        { ...all, right: x, top: y },
        { ...all, left: x, top: y },
      ];
      for (const [i, region] of quarters.entries()) {
        const sample = i === 0 ? await pictures.read(row) : await other();
        this.#place(canvas, sample, region, random, mosaicScale);
      }
    } else {
      this.#place(canvas, await pictures.read(row), all, random);
    }
    if (random.uniform() < mixup) {
      const { pixels } = canvas;
      const share = 0.4 + 0.2 * random.uniform();
      const second = {
        ...canvas,
        pixels: new Uint8ClampedArray(pixels.length).fill(letterboxLevel),
      };
      this.#place(second, await other(), all, random);
      for (let i = 0; i < pixels.length; i++) {
        pixels[i] += share * (second.pixels[i] - pixels[i]);
      }
    }
    this.#changeColors(canvas, random);
  }

  /** Draws a picture at a random size and place of a region. */
  #place(canvas: Canvas, sample: Sample, region: Region, random: RandomStream, factor = 1): void {
    const { horizontalFlip, verticalFlip, scale, aspect } = this.#options;
    const [low, high] = scale.map(Math.log);
    const size = factor * Math.exp(low + (high - low) * random.uniform());
    const skew = 1 + aspect * (2 * random.uniform() - 1);
    const along = (
      length: number,
      from: number,
      to: number,
      by: number,
      flips: number,
    ): Placing => {
      const isMirrored = random.uniform() < flips;
      const start = from + (to - from - length * by) * random.uniform();
      return isMirrored
        ? { scale: -by, offset: start + length * by }
        : { scale: by, offset: start };
    };
    const [height, width] = sample.image.shape;
    const right = along(width, region.left, region.right, size * Math.sqrt(skew), horizontalFlip);
    const down = along(height, region.top, region.bottom, size / Math.sqrt(skew), verticalFlip);
    place(canvas, sample, region, [down, right]);
  }

  #changeColors({ pixels, channels }: Canvas, random: RandomStream): void {
    const { brightness, contrast, saturation, hue } = this.#options;
    const around = (amount: number) => amount * (2 * random.uniform() - 1);
    const amounts = {
      brightness: 1 + around(brightness),
      contrast: 1 + around(contrast),
      saturation: 1 + around(saturation),
      hue: around(hue),
    };
    if (brightness + contrast + saturation + hue === 0) return;
    changeColors(pixels, channels, colorChange(amounts));
  }
}
