// How a layer changes the pixels of each image by numbers of its own, in training alone: the skeleton of
// the layers whose images keep their shape.

import type { Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CallContext, requireImage } from "../layer.ts";
import type { LayerDraft } from "../make-layer.ts";
import { requireSeed, type SeedOptions } from "./noise.ts";
import { type RandomDraw, randomDraw } from "./random-draw.ts";

/** The shape of one number for each image, behind N. */
export const perImage: Shape = [1, 1, 1];

/** What a change is made with. */
export interface ColorContext {
  readonly build: Builder;
  /** The layer's numbers; `perImage` gives each image one. */
  readonly draw: RandomDraw;
  readonly context: CallContext;
}

/** A layer on images `[N, H, W, C]` that `change` is applied to in training. */
export function colorAugmentation<O extends SeedOptions>(
  layer: string,
  options: O,
  change: (x: Node, tools: ColorContext) => Node,
  check: (input: Shape, layer: string) => void = requireImage,
): LayerDraft<O> {
  requireSeed(options.seed);
  return {
    options,
    plan([input]) {
      check(input, layer);
      return {
        outputShape: input,
        call([x], context) {
          if (!context.training) return x;
          const draw = randomDraw(x.shape[0], options, context);
          return change(x, { build: context.build, draw, context });
        },
      };
    },
  };
}

/** 1 for each image with a probability that is itself drawn from a range, else 0: `[N, 1, 1, 1]`. */
export function chosen(
  { build, draw }: ColorContext,
  [lowest, highest]: readonly [number, number],
): Node {
  const probability = draw.uniform(lowest, highest, perImage);
  return build.less(draw.uniform(0, 1, perImage), probability);
}
