// What the layers that move images at random share: options, their checks, and the sampling. Each says how
// it moves images; where several follow one another, images are sampled once (geometry.ts).

import { requireNumber, requireOption, requireWord } from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { FillMode, SamplingOptions } from "../../graph/vocabulary.ts";
import {
  type CallContext,
  type CommonOptions,
  type DrawContext,
  type PlanDraft,
  requireImage,
} from "../layer.ts";
import { Entries, type Geometry, sampled } from "./geometry.ts";
import { requireSeed, type SeedOptions } from "./noise.ts";
import { type RandomDraw, randomDraw } from "./random-draw.ts";
import { type Factor, isPair } from "./value-range.ts";

/** Options of a layer that samples images between their pixels. */
export interface InterpolationOptions extends CommonOptions, SeedOptions {
  /** How pixels between pixels are computed: `nearest` or `bilinear`. Default: `bilinear`. */
  readonly interpolation?: "nearest" | "bilinear";
  /** What `constant` fills with. Default: 0. */
  readonly fillValue?: number;
}

/** Options of a layer that also shows what lies beyond the border. */
export interface MovingOptions extends InterpolationOptions {
  /**
   * What is shown beyond the border: `constant` a number, `nearest` the border itself, `wrap` the image
   * again, `reflect` the image backwards, with the border twice. Default: `reflect`.
   */
  readonly fillMode?: Exclude<FillMode, "mirror">;
}

/** What a layer may use to say how it moves images. */
export interface Moving {
  readonly draw: RandomDraw;
  readonly entries: Entries;
  readonly context: DrawContext;
  readonly count: number;
  /** Rows and columns of the image. */
  readonly height: number;
  readonly width: number;
}

export const movingNames = {
  interpolation: "interpolation",
  fillMode: "fill_mode",
  fillValue: "fill_value",
  seed: "seed",
} as const;

/** Keras's layers work on images of this form alone, as Fovea's do. */
export const channelsLast = { data_format: "channels_last" };

export const defaultSampling = {
  interpolation: "bilinear",
  fillMode: "reflect",
  fillValue: 0,
} as const;

const fillModes: readonly FillMode[] = ["constant", "nearest", "wrap", "reflect"];

/** @throws ConfigError unless the options of sampling can be used. */
export function requireSampling(
  { interpolation, fillMode, fillValue }: SamplingOptions,
  allowed: readonly FillMode[] = fillModes,
): void {
  requireWord("interpolation", interpolation, ["nearest", "bilinear"]);
  requireWord("fillMode", fillMode, allowed);
  requireNumber("fillValue", fillValue);
}

/**
 * The ends of the range that a factor names, neither of which may lie beyond a bound.
 *
 * @throws ConfigError where one does.
 */
export function rangeOf(option: string, factor: Factor, least = -1): [number, number] {
  const ends: readonly number[] = isPair(factor) ? factor : [factor];
  const fits = ends.every((end) => typeof end === "number" && end >= least && end <= 1);
  requireOption(option, factor, fits, `a number from ${least} to 1, or two of them in a list`);
  const [first, second = -first] = ends;
  return [Math.min(first, second), Math.max(first, second)];
}

/** A layer's part of the graph: how it moves images, and how it samples them. */
interface Draft {
  readonly layer: string;
  readonly options: SeedOptions;
  readonly sampling: SamplingOptions;
  readonly exact?: boolean;
  /** Rows and columns of the result. Default: those of the image. */
  size?(input: Shape): readonly [number, number];
  /** Whether anything moves at all. Default: true. */
  readonly moves?: boolean;
  move(moving: Moving): Pick<Geometry, "matrix" | "displacement">;
  /** What is done to the moved image. Default: nothing. */
  finish?(image: Node, context: CallContext): Node;
  /** What is done outside of training, and where nothing moves. Default: nothing. */
  still?(image: Node, context: CallContext): Node;
}

/** The plan of a layer that moves images. @throws ShapeError unless the input is one. */
export function movingPlan(input: Shape, draft: Draft): PlanDraft {
  const { layer, options, sampling, exact = false, moves = true } = draft;
  requireImage(input, layer);
  const [height, width, channels] = input;
  const size = draft.size?.(input) ?? ([height, width] as const);
  const geometry = (count: number, context: DrawContext): Geometry => {
    const draw = randomDraw(count, options, context);
    const entries = new Entries(context.build);
    const moved = draft.move({ draw, entries, context, count, height, width });
    return { size, sampling, exact, ...moved };
  };
  return {
    outputShape: [...size, channels],
    ...(moves ? { geometry } : {}),
    call([image], context) {
      if (!context.training || !moves) return draft.still?.(image, context) ?? image;
      const result = sampled(context.build, image, geometry(image.shape[0], context));
      return draft.finish?.(result, context) ?? result;
    },
  };
}

/** @throws ConfigError unless the options that all these layers have can be used. */
export function checkMoving(options: SeedOptions, sampling: SamplingOptions): void {
  requireSeed(options.seed);
  requireSampling(sampling);
}
