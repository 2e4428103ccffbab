// Gram matrices: which channels of a layer answer together, wherever that is. They are what a texture is to a network.
// Source: Gatys, Ecker and Bethge, "Texture synthesis using convolutional neural networks", NIPS 2015.

import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";

/** For each example of `[N, …, K]` the products of its channels, summed over all places: `[K, K]`. */
export function gramMatrices(build: Builder, features: Node): Node[] {
  const { shape } = features;
  const [count, ...rest] = shape;
  const channels = rest[rest.length - 1];
  const places = rest.reduce((a, b) => a * b, 1) / channels;
  return Array.from({ length: count }, (_, n) => {
    const start = shape.map((__, axis) => (axis === 0 ? n : 0));
    const own = build.reshape(build.slice(features, start, [1, ...rest]), [places, channels]);
    return build.matmul(own, own, { transposeA: true });
  });
}
