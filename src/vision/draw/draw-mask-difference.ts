// Where two class maps of one picture differ.

import { type OptionNames, requireBetween, requireKnownOptions } from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Color, lumaOf } from "../../images/channels.ts";
import type { ClassMap } from "../annotated.ts";
import { planeOf, unknownClass } from "../masks/class-map.ts";
import { backgroundOf, stripe } from "./background.ts";
import { Canvas } from "./canvas.ts";
import type { DrawMaskOptions } from "./draw-mask.ts";
import { requireDrawOptions } from "./draw-options.ts";
import { drawLabels, type Label, textScale } from "./labels.ts";

/** How `drawMaskDifference` draws. */
export type DrawMaskDifferenceOptions = Pick<
  DrawMaskOptions,
  "opacity" | "background" | "labels" | "textScale"
>;

const known: OptionNames<DrawMaskDifferenceOptions> = {
  opacity: true,
  background: true,
  labels: true,
  textScale: true,
};

/** What a pixel is beside the truth; in colours that every kind of colour vision tells apart. */
const differences = {
  right: { text: "right", color: [0, 114, 178] },
  missed: { text: "missed", color: [213, 94, 0] },
  added: { text: "too much", color: [240, 228, 66] },
  confused: { text: "wrong class", color: [204, 121, 167] },
} as const satisfies Record<string, { readonly text: string; readonly color: Color }>;

/**
 * Where a predicted class map differs from the true one, in colours over the grey picture: `u8 [H, W, 3]`. Blue is right,
 * vermilion was missed (background instead of a class), yellow is too much (a class instead of background), purple is
 * another class; background that is right stays grey. Pixels whose true class is not known (255) are striped.
 *
 * @param image `u8 [H, W, C]`, 1, 3 or 4 channels.
 * @param predicted `u8 [H, W]`
 * @param truth `u8 [H, W]`
 * @param classNames The name of class `i` at index `i`: they say which class is the background.
 * @throws ShapeError where picture and maps do not fit, ConfigError where an option cannot be used.
 * @example const drawn = vision.drawMaskDifference(image, predicted, truth, ["background", "cell"]);
 */
export function drawMaskDifference(
  image: Tensor<Uint8Array>,
  predicted: ClassMap,
  truth: ClassMap,
  classNames: readonly string[],
  options: DrawMaskDifferenceOptions = {},
): Tensor<Uint8Array> {
  const call = "vision.drawMaskDifference";
  requireKnownOptions(call, options, known, "image, predicted, truth, classNames");
  requireDrawOptions(call, classNames, options);
  const { opacity = 0.6, labels = true } = options;
  requireBetween("opacity", opacity, 0, 1);
  const background = backgroundOf(classNames, options.background);
  const canvas = new Canvas(call, image);
  const size = [canvas.height, canvas.width] as const;
  const found = planeOf(call, "The predicted class map", predicted, size).data;
  const there = planeOf(call, "The true class map", truth, size).data;
  const { data } = canvas;
  const seen = new Set<keyof typeof differences>();
  there.forEach((label, i) => {
    const grey = lumaOf(data[3 * i], data[3 * i + 1], data[3 * i + 2]);
    data.fill(grey, 3 * i, 3 * i + 3);
    if (label === unknownClass) {
      stripe(canvas, i);
      return;
    }
    if (label === background && found[i] === background) return;
    const kind =
      found[i] === label
        ? "right"
        : label === background
          ? "added"
          : found[i] === background || found[i] === unknownClass
            ? "missed"
            : "confused";
    seen.add(kind);
    canvas.blend(i, differences[kind].color, opacity);
  });
  if (!labels) return canvas.picture;
  const kinds = Object.values(differences).filter(({ text }) =>
    [...seen].some((kind) => differences[kind].text === text),
  );
  const texts = kinds.map(
    ({ text, color }, row): Label => ({
      text,
      color,
      places: (_, high) => [[0, canvas.height - (kinds.length - row) * high]],
    }),
  );
  drawLabels(canvas, texts, options.textScale ?? textScale(canvas));
  return canvas.picture;
}
