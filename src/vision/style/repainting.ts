// One picture at work: its pixels are changed step by step, level by level.

import { TrainingError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import { resize } from "../../images/resize.ts";
import { adam } from "./adam.ts";
import { colorMethods } from "./colors.ts";
import { type Comparer, mixStyles, type StyleTargets, targetsOf } from "./comparer.ts";
import { lbfgs } from "./lbfgs.ts";
import type { MinimizerStep, Objective } from "./minimizer.ts";
import { bytesOf, resizedTo, sizeFor } from "./pictures.ts";
import { StyleLoss, type StyleLossParts } from "./style-loss.ts";
import type {
  ProgressPicture,
  Stylized,
  StylizeOptions,
  StylizeSettings,
} from "./stylize-options.ts";

type Picture = Tensor<Uint8Array>;

/** A style picture, and how much it counts. */
interface WeightedStyle {
  readonly picture: Picture;
  readonly share: number;
}

/** What a picture is repainted from. */
export interface RepaintingParts {
  readonly comparer: Comparer;
  readonly photo: Picture;
  readonly styles: readonly WeightedStyle[];
  readonly settings: StylizeSettings;
  readonly options: StylizeOptions;
}

/** One picture at work. */
export class Repainting {
  readonly #comparer: Comparer;
  readonly #photo: Picture;
  readonly #styles: readonly WeightedStyle[];
  readonly #settings: StylizeSettings;
  readonly #options: StylizeOptions;
  readonly #progress: ProgressPicture[] = [];
  #steps = 0;
  #evaluations = 0;
  #parts: StyleLossParts = { loss: 0, content: 0, style: 0, totalVariation: 0 };

  constructor({ comparer, photo, styles, settings, options }: RepaintingParts) {
    this.#comparer = comparer;
    this.#photo = photo;
    this.#styles = styles;
    this.#settings = settings;
    this.#options = options;
  }

  async run(): Promise<Omit<Stylized, "skipped">> {
    const { sizes, start, seed, color, progressEvery } = this.#settings;
    let pixels: Tensor<Float32Array> | undefined;
    for (const [level, longest] of sizes.entries()) {
      if (this.#isStopped) break;
      const size = sizeFor(this.#photo, longest);
      const content = resizedTo(this.#photo, size);
      const first = start === "noise" ? noise(size, seed) : floats(this.#prepared(content));
      const begin = pixels === undefined ? first : clipped(resize(pixels, { size }));
      pixels = await this.#level(level, content, begin);
    }
    const last = sizeFor(this.#photo, sizes[sizes.length - 1]);
    const content = resizedTo(this.#photo, last);
    const finished = bytesOf(pixels ?? floats(content));
    const resized = finished.shape[0] === last[0] ? finished : resizedTo(finished, last);
    const picture = colorMethods[color].result(resized, content);
    const isKept = this.#progress.at(-1)?.step === this.#steps;
    if (progressEvery > 0 && this.#steps > 0 && !isKept) this.#keep(picture);
    return {
      ...this.#parts,
      picture,
      steps: this.#steps,
      evaluations: this.#evaluations,
      isStopped: this.#isStopped,
      progress: this.#progress,
    };
  }

  /** Keeps a picture on the way. */
  #keep(picture: Picture): void {
    this.#progress.push({ ...this.#parts, step: this.#steps, picture });
  }

  get #isStopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  #prepared(content: Picture): Picture {
    return colorMethods[this.#settings.color].content(content);
  }

  /** Changes `pixels` for the steps of one level. */
  async #level(
    level: number,
    content: Picture,
    pixels: Tensor<Float32Array>,
  ): Promise<Tensor<Float32Array>> {
    const { sizes, steps, progressEvery } = this.#settings;
    const size = [content.shape[0], content.shape[1]] as const;
    const loss = await this.#lossFor(content, sizes[level]);
    const tried: StyleLossParts[] = [];
    const objective: Objective = async (x) => {
      const value = await loss.evaluate({ data: x as Float32Array, shape: pixels.shape });
      this.#evaluations++;
      if (tried.length === 0) requireNumberOf(value.loss);
      const { gradient, ...parts } = value;
      tried.push(parts);
      return { loss: value.loss, gradient: gradient.data };
    };
    const total = steps.reduce((sum, count) => sum + count, 0);
    let current = pixels;
    let left = steps[level];
    for await (const { x, loss: reached } of this.#descent(objective, pixels)) {
      current = { data: x as Float32Array, shape: pixels.shape };
      this.#parts = tried.findLast((one) => one.loss === reached) ?? this.#parts;
      // One stays: the first of a level alone is checked.
      tried.splice(0, tried.length - 1);
      this.#steps++;
      left--;
      const picture = () => this.#finished(current, content);
      if (progressEvery > 0 && this.#steps % progressEvery === 0) this.#keep(picture());
      this.#options.onProgress?.({
        ...this.#parts,
        level: level + 1,
        levels: sizes.length,
        size,
        step: this.#steps,
        steps: total,
        picture,
      });
      if (left === 0 || this.#isStopped) break;
    }
    return current;
  }

  #finished(pixels: Tensor<Float32Array>, content: Picture): Picture {
    return colorMethods[this.#settings.color].result(bytesOf(pixels), content);
  }

  #descent(objective: Objective, { data }: Tensor<Float32Array>): AsyncIterable<MinimizerStep> {
    const { optimizer, learningRate, history } = this.#settings;
    if (optimizer === "adam") return adam(objective, data, { learningRate });
    // The first step moves pixels by a level in the mean; only what changes nothing at all ends the search.
    const exact = { gradientTolerance: 0, changeTolerance: 0 };
    return lbfgs(objective, data, { history, firstStep: data.length, ...exact });
  }

  /** The loss of pictures of the content's size. */
  async #lossFor(content: Picture, longest: number): Promise<StyleLoss> {
    const { styleScale, color } = this.#settings;
    const comparer = this.#comparer;
    const styles: StyleTargets[] = [];
    for (const { picture } of this.#styles) {
      const colored = colorMethods[color].style(picture, content);
      const size = sizeFor(colored, Math.round(longest * styleScale));
      styles.push(await comparer.styleOf(resizedTo(colored, size)));
    }
    const mixed = mixStyles(
      styles,
      this.#styles.map(({ share }) => share),
    );
    const targets = targetsOf(comparer, await comparer.contentOf(this.#prepared(content)), mixed);
    const size = [content.shape[0], content.shape[1]] as const;
    return new StyleLoss(size, await comparer.lossProgram(size), targets);
  }
}

/** @throws TrainingError unless the loss that a level begins with is a number. */
function requireNumberOf(loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new TrainingError({
    what: "The loss of the picture is no number.",
    expected: "a finite number",
    received: String(loss),
    fix: "Lower the weights, or check the weights of the network.",
  });
}

const floats = ({ data, shape }: Picture) => ({ data: Float32Array.from(data), shape });

const clipped = ({ data, shape }: Tensor<Float32Array>) => ({
  data: data.map((value) => Math.min(255, Math.max(0, value))),
  shape,
});

/** Grey with noise in all channels. */
function noise([height, width]: readonly [number, number], seed: number): Tensor<Float32Array> {
  const stream = new RandomStream(seed);
  const data = Float32Array.from({ length: height * width * 3 }, () => 128 + 32 * stream.normal());
  return { data, shape: [height, width, 3] };
}
