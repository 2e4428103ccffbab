// What style transfer minimises, as parts of a graph: how far a picture's features are from those of the content, how
// far its Gram matrices are from those of the style, and how rough it is. One file for pictures that are optimised and
// for networks that are trained. Source: Gatys, Ecker and Bethge, "Image style transfer using convolutional neural
// networks", CVPR 2016.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { gramMatrices } from "../../nn/gram-matrices.ts";

/**
 * What the distance at a layer is measured in. `relative` divides by the squares of the target, so that a weight means
 * the same at every layer of every network; `gatys` is the paper's: half the squares for content, and for style those
 * of Gram matrices by 4·N²·M², N channels at M places.
 */
export type Normalization = (typeof normalizations)[number];

export const normalizations = ["relative", "gatys"] as const;

/** So small that it changes no distance, and a target of zeros divides nothing by nothing. */
const tiny = 1e-12;

const square = (build: Builder, x: Node) => build.multiply(x, x);

function squares(build: Builder, x: Node): Node {
  const axes = x.shape.map((_, axis) => axis).slice(1);
  return build.sum(square(build, x), { axes });
}

/** How far features `[N, H, W, K]` are from those of the content: `[N]`. */
export function contentDistance(
  build: Builder,
  features: Node,
  target: Node,
  normalization: Normalization,
): Node {
  const sum = squares(build, build.subtract(features, target));
  if (normalization === "gatys") return build.multiply(sum, build.constant(0.5));
  return build.divide(sum, build.add(squares(build, target), build.constant(tiny)));
}

/** The Gram matrices of features `[N, H, W, K]` by the number of places, for each example: `[1, K, K]`. */
export function styleOf(build: Builder, features: Node): Node[] {
  const [, height, width, channels] = features.shape;
  return gramMatrices(build, features).map((gram) =>
    build.reshape(build.multiply(gram, build.constant(1 / (height * width))), [
      1,
      channels,
      channels,
    ]),
  );
}

/** How far the Gram matrices of features `[N, H, W, K]` are from a style's, `[1, K, K]`: `[N]`. */
export function styleDistance(
  build: Builder,
  features: Node,
  target: Node,
  normalization: Normalization,
): Node {
  const distances = styleOf(build, features).map((style) =>
    squares(build, build.subtract(style, target)),
  );
  const all = distances.length === 1 ? distances[0] : build.concatenate(distances, 0);
  if (normalization === "relative") {
    return build.divide(all, build.add(squares(build, target), build.constant(tiny)));
  }
  const channels = features.shape[3];
  return build.multiply(all, build.constant(1 / (4 * channels * channels)));
}

/** How rough images `[N, H, W, C]` are: the mean square of the steps to the next pixel down and across, `[N]`. */
export function totalVariation(build: Builder, images: Node): Node {
  const [count, height, width, channels] = images.shape;
  const along = (rows: number, columns: number) => {
    if (height === rows || width === columns) return build.constant(0, [count]);
    const size = [count, height - rows, width - columns, channels];
    const next = build.slice(images, [0, rows, columns, 0], size);
    return squares(build, build.subtract(next, build.slice(images, [0, 0, 0, 0], size)));
  };
  const sum = build.add(along(1, 0), along(0, 1));
  return build.multiply(sum, build.constant(1 / (height * width * channels)));
}
