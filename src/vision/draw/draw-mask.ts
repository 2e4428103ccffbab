// A class map drawn over its picture.

import { type OptionNames, requireBetween, requireKnownOptions } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ClassMap } from "../annotated.ts";
import { planeOf, unknownClass } from "../masks/class-map.ts";
import { backgroundOf, stripe } from "./background.ts";
import { Canvas } from "./canvas.ts";
import { colorOf, type DrawOptions, requireDrawOptions } from "./draw-options.ts";
import { innermost } from "./innermost.ts";
import { classLabel, drawLabels, type Label, textScale } from "./labels.ts";

/** How `drawMask` draws. */
export interface DrawMaskOptions extends DrawOptions {
  /** How much of the picture colours cover, from 0 to 1. Default: 0.5. */
  readonly opacity?: number;
  /** The class that is left as it is, or null for none. Default: the class that is called "background". */
  readonly background?: number | null;
}

const known: OptionNames<DrawMaskOptions> = {
  opacity: true,
  background: true,
  labels: true,
  textScale: true,
  colors: true,
};

/**
 * A picture with its classes in colours, their borders, and the name of each in the middle of its largest part:
 * `u8 [H, W, 3]`. Pixels whose class is not known (255) are striped.
 *
 * @param image `u8 [H, W, C]`, 1, 3 or 4 channels.
 * @param map `u8 [H, W]`: the class of each pixel.
 * @param classNames The name of class `i` at index `i`.
 * @throws ShapeError where picture and map do not fit, ConfigError where an option cannot be used.
 * @example const drawn = vision.drawMask(image, map, ["background", "cell"], { opacity: 0.4 });
 */
export function drawMask(
  image: Tensor<Uint8Array>,
  map: ClassMap,
  classNames: readonly string[],
  options: DrawMaskOptions = {},
): Tensor<Uint8Array> {
  const call = "vision.drawMask";
  requireKnownOptions(call, options, known, "image, map, classNames, { opacity: 0.5 }");
  requireDrawOptions(call, classNames, options);
  const { opacity = 0.5, labels = true } = options;
  requireBetween("opacity", opacity, 0, 1);
  const background = backgroundOf(classNames, options.background);
  const canvas = new Canvas(call, image);
  const plane = planeOf(call, "The class map", map, [canvas.height, canvas.width]);
  const classes = plane.data;
  const { width } = canvas;
  const isSeen = (label: number) => label !== background && label !== unknownClass;
  classes.forEach((label, i) => {
    if (label === unknownClass) stripe(canvas, i);
    else if (isSeen(label)) {
      const isBorder =
        (i % width !== width - 1 && classes[i + 1] !== label) ||
        (i % width !== 0 && classes[i - 1] !== label) ||
        (i + width < classes.length && classes[i + width] !== label) ||
        (i >= width && classes[i - width] !== label);
      canvas.blend(i, colorOf(label, options), isBorder ? 1 : opacity);
    }
  });
  if (!labels) return canvas.picture;
  const texts = [...innermost(plane)]
    .filter(([label]) => isSeen(label))
    .sort(([, a], [, b]) => b.distance - a.distance)
    .map(([label, { at }]): Label => {
      const [x, y] = [at % width, Math.floor(at / width)];
      return {
        text: classLabel(classNames, label),
        color: colorOf(label, options),
        places: (wide, high) => [
          [x - wide / 2, y - high / 2],
          [x - wide / 2, y],
          [x - wide / 2, y - high],
        ],
      };
    });
  drawLabels(canvas, texts, options.textScale ?? textScale(canvas));
  return canvas.picture;
}
