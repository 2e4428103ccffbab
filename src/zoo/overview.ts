// An architecture in one row: what people compare when they choose.

import type { Shape } from "../core/shape.ts";
import type { Architecture, OwnValues, PublishedFigures } from "./architecture.ts";
import { countsOf } from "./figures.ts";

/** What a list of architectures says of one. */
export interface Overview {
  readonly name: string;
  readonly title: string;
  readonly year: number;
  readonly inputShape: Shape;
  readonly classes: number;
  /** All numbers in its weights. */
  readonly parameters: number;
  /** Multiply-adds for one image, in billions. */
  readonly gmacs: number;
  /** The published accuracy on ImageNet, in percent, where there is one. */
  readonly top1: number | undefined;
  /** The weights that can be had. */
  readonly weights: readonly { readonly name: string; readonly licence: string }[];
}

/** The row of `architecture`. */
export function overviewOf<O extends OwnValues>(architecture: Architecture<O>): Overview {
  const { name, title, year, inputShape, classes, weights, figures } = architecture;
  const { parameters, gmacs } = countsOf(architecture.build());
  const isPlain = ({ options }: PublishedFigures) => options === undefined;
  return {
    name,
    title,
    year,
    inputShape,
    classes,
    parameters,
    gmacs,
    top1: figures.find((one) => isPlain(one) && one.top1 !== undefined)?.top1,
    weights: weights.map((one) => ({ name: one.name, licence: one.licence })),
  };
}
