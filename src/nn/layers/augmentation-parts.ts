// The layers that `randAugment` and `augMix` choose from, and one of them applied by the number that is
// chosen: Keras's lists, in its order.

import type { Shape } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { CallContext, Layer, LayerPlan } from "../layer.ts";
import { autoContrast, equalization } from "./equalization.ts";
import { Entries, identityMatrix, type Matrix, sampled } from "./geometry.ts";
import { innerContext } from "./inner-layer.ts";
import { randomBrightness, randomContrast } from "./random-brightness.ts";
import { randomColorDegeneration } from "./random-grayscale.ts";
import { randomPosterization, solarization } from "./random-invert.ts";
import { randomRotation } from "./random-rotation.ts";
import { randomSharpness } from "./random-sharpness.ts";
import { randomShear } from "./random-shear.ts";
import { randomTranslation } from "./random-translation.ts";
import type { ValueRange } from "./value-range.ts";

/** What the layers are made with. */
export interface PartOptions {
  readonly factor: readonly [number, number];
  readonly interpolation: "nearest" | "bilinear";
  readonly valueRange: ValueRange;
  readonly seed?: number | undefined;
}

/** A layer by its name in the lists. */
const parts = {
  shear: ({ factor, interpolation, seed }) =>
    randomShear({ xFactor: factor, yFactor: factor, interpolation, ...seeded(seed) }),
  translation: ({ factor, interpolation, seed }) =>
    randomTranslation({
      heightFactor: factor,
      widthFactor: factor,
      interpolation,
      ...seeded(seed),
    }),
  rotation: ({ factor, interpolation, seed }) =>
    randomRotation({ factor, interpolation, ...seeded(seed) }),
  brightness: ({ factor, valueRange, seed }) =>
    randomBrightness({ factor, valueRange, ...seeded(seed) }),
  colorDegeneration: ({ factor, valueRange, seed }) =>
    randomColorDegeneration({ factor, valueRange, ...seeded(seed) }),
  contrast: ({ factor, valueRange, seed }) =>
    randomContrast({ factor, valueRange, ...seeded(seed) }),
  sharpness: ({ factor, valueRange, seed }) =>
    randomSharpness({ factor, valueRange, ...seeded(seed) }),
  posterization: ({ factor: [, highest], valueRange, seed }) =>
    randomPosterization({
      factor: Math.max(1, Math.floor(8 * highest)),
      valueRange,
      ...seeded(seed),
    }),
  solarization: ({ factor, valueRange, seed }) =>
    solarization({
      additionFactor: factor,
      thresholdFactor: factor,
      valueRange,
      ...seeded(seed),
    }),
  autoContrast: ({ valueRange }) => autoContrast({ valueRange }),
  equalization: ({ valueRange }) => equalization({ valueRange }),
} as const satisfies Record<string, (options: PartOptions) => Layer>;

const seeded = (seed: number | undefined) => (seed === undefined ? {} : { seed });

export type PartName = keyof typeof parts;

/** The layers of these names. */
export function partsOf(names: readonly PartName[], options: PartOptions): readonly Layer[] {
  return names.map((name) => parts[name](options));
}

/** What the planned layers do to a batch, one of them at a time. */
export interface Choice {
  readonly plans: readonly LayerPlan[];
  readonly context: CallContext;
}

/** The plans of layers that leave the shape of images as it is. */
export function plansOf(layers: readonly Layer[], input: Shape): readonly LayerPlan[] {
  return layers.map((layer) => layer.plan([input]));
}

/**
 * `x [N, H, W, C]` changed by the layer with the number `chosen`, a scalar; where there is none, it stays.
 * Every layer is computed, but those that move images share one sampling.
 */
export function applyChosen({ plans, context }: Choice, x: Node, chosen: Node): Node {
  const { build } = context;
  const isChosen = (number: number) => build.equal(chosen, build.constant(number));
  const moved = moveChosen({ plans, context }, x, isChosen);
  return plans.reduce((result, plan, number) => {
    if (plan.geometry !== undefined) return result;
    const changed = plan.call([x], innerContext(context, number));
    return build.select(isChosen(number), changed, result);
  }, moved);
}

/** `x` moved by the layer that is chosen, if it is one that moves images. */
function moveChosen({ plans, context }: Choice, x: Node, isChosen: (number: number) => Node): Node {
  const { build } = context;
  const geometries = plans.flatMap(({ geometry }, number) => {
    if (geometry === undefined) return [];
    return { number, moved: geometry(x.shape[0], innerContext(context, number)) };
  });
  const [first] = geometries;
  if (first === undefined) return x;
  const entries = new Entries(build);
  const matrix = geometries.reduce<Matrix>(
    (chosen, { number, moved }) => selectMatrix(entries, isChosen(number), moved.matrix, chosen),
    identityMatrix,
  );
  const isMoved = geometries
    .map(({ number }) => isChosen(number))
    .reduce((a, b) => build.add(a, b));
  return build.select(isMoved, sampled(build, x, { ...first.moved, matrix }), x);
}

function selectMatrix(entries: Entries, condition: Node, a: Matrix, b: Matrix): Matrix {
  const at = (place: number) => entries.select(condition, a[place], b[place]);
  return [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8)];
}
