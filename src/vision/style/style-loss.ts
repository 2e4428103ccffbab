// How far a picture is from the content of one picture and the style of others, and its gradient with respect to the
// pixels.

import { DataError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions, requireOption } from "../../core/option.ts";
import { float32Of, type Tensor } from "../../core/tensor.ts";
import type { CompiledProgram } from "../../train/compiled-program.ts";
import type { Model } from "../../train/model.ts";
import { Comparer, mixStyles, type StyleTargets, targetsOf } from "./comparer.ts";
import { type StyleLossOptions, styleLossOptionNames } from "./loss-options.ts";
import { colorsOf } from "./pictures.ts";

/** What a picture's loss is made of. */
export interface StyleLossParts {
  /** The weighted sum, which is minimised. */
  readonly loss: number;
  /** How far the content is, without its weight. */
  readonly content: number;
  /** How far the style is, without its weight. */
  readonly style: number;
  /** How rough the picture is, without its weight. */
  readonly totalVariation: number;
}

/** A picture's loss and its slope. */
export interface StyleLossValue extends StyleLossParts {
  /** The gradient of the loss with respect to the picture's numbers, `[H, W, 3]`. */
  readonly gradient: Tensor<Float32Array>;
}

/** The loss of pictures `[H, W, 3]` of one size. */
export class StyleLoss {
  /** Height and width of the pictures. */
  readonly size: readonly [number, number];
  readonly #program: CompiledProgram;
  readonly #targets: Readonly<Record<string, Tensor>>;

  constructor(
    size: readonly [number, number],
    program: CompiledProgram,
    targets: Readonly<Record<string, Tensor>>,
  ) {
    this.size = size;
    this.#program = program;
    this.#targets = targets;
  }

  /**
   * The loss of a picture `[H, W, 3]`, numbers from 0 to 255, its parts, and its gradient.
   *
   * @throws DataError where the picture has another size.
   * @example const { loss, gradient } = await loss.evaluate(photo);
   */
  async evaluate(picture: Tensor): Promise<StyleLossValue> {
    const [height, width] = this.size;
    const shape = [height, width, 3];
    if (picture.data.length !== height * width * 3) {
      throw new DataError({
        what: "The picture has another size than the content.",
        expected: `[${shape.join(", ")}]`,
        received: `[${picture.shape.join(", ")}]`,
        fix: "Resize it: images.resize(picture, { size: [height, width] }).",
      });
    }
    const image = { data: float32Of(picture.data), shape: [1, ...shape] };
    const found = await this.#program.run({ ...this.#targets, image });
    const number = (name: keyof StyleLossParts) => found[name].data[0];
    return {
      loss: number("loss"),
      content: number("content"),
      style: number("style"),
      totalVariation: number("totalVariation"),
      gradient: { data: found.gradient.data as Float32Array, shape },
    };
  }

  /** Gives its memory back, as disposing the model does, too. */
  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

/** What the loss compares with. */
export interface StyleLossTargets extends StyleLossOptions {
  /** The picture whose content is kept, `[H, W, C]`, bytes. Its size is that of all pictures. */
  readonly content: Tensor<Uint8Array>;
  /** The picture whose style is taken, `[H, W, C]` of any size, bytes; or several. */
  readonly style: Tensor<Uint8Array> | readonly Tensor<Uint8Array>[];
  /** How much each of several styles counts. Default: all alike. */
  readonly mix?: readonly number[];
}

const targetNames: OptionNames<StyleLossTargets> = {
  ...styleLossOptionNames,
  content: true,
  style: true,
  mix: true,
};

/**
 * The loss that style transfer minimises, for pictures of the content's size: how far their content and their style are
 * from others', and how rough they are. Grey pictures count as colours, transparent ones as if on white.
 *
 * Source: Gatys, Ecker and Bethge, CVPR 2016.
 *
 * @throws ConfigError if an option cannot be used, ShapeError if a picture is none.
 * @example
 * const loss = await vision.styleLoss(network, { content: photo, style: painting });
 * const { content, style, gradient } = await loss.evaluate(photo);
 */
export async function styleLoss(model: Model, options: StyleLossTargets): Promise<StyleLoss> {
  const call = "vision.styleLoss";
  requireKnownOptions(call, options, targetNames, "model, { content: photo, style: painting }");
  const { content, style, mix, ...rest } = options;
  const comparer = new Comparer(call, model, rest);
  const pictures = Array.isArray(style) ? style : [style];
  const photo = colorsOf(call, content);
  const shares = sharesOf(mix, pictures.length);
  const styles: StyleTargets[] = [];
  for (const one of pictures) styles.push(await comparer.styleOf(colorsOf(call, one)));
  const targets = targetsOf(comparer, await comparer.contentOf(photo), mixStyles(styles, shares));
  const size = [photo.shape[0], photo.shape[1]] as const;
  return new StyleLoss(size, await comparer.lossProgram(size), targets);
}

/** How much each style counts. @throws ConfigError unless there is a number for each, and one above 0. */
export function sharesOf(mix: readonly number[] | undefined, count: number): readonly number[] {
  const shares = mix ?? Array.from({ length: count }, () => 1);
  const fits =
    Array.isArray(shares) &&
    shares.length === count &&
    shares.every((share) => Number.isFinite(share) && share >= 0) &&
    shares.some((share) => share > 0);
  requireOption("mix", mix, fits, `${count} numbers of at least 0, one for each style`);
  return shares;
}
