// Boxes around objects, moved as the image is: corners go the way of the pixels under them, and what leaves
// the image is cut off.

import { type BoundingBoxFormat, type BoxNumbers, numbersOf } from "../core/bounding-box-format.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";
import { Entries, type Geometry } from "../nn/layers/geometry.ts";

/** Left, top, right and bottom edges in pixels, 0 at the image's own edge: `[N, B, 1]` each. */
export interface Edges {
  readonly left: Node;
  readonly top: Node;
  readonly right: Node;
  readonly bottom: Node;
}

/** Rows and columns of an image. */
type Size = readonly [number, number];

/** The edges of `boxes [N, B, 4]` on an image of this size. */
export function edgesOf(
  build: Builder,
  boxes: Node,
  format: BoundingBoxFormat,
  [height, width]: Size,
): Edges {
  const [count, perImage] = boxes.shape;
  const { kind, isRelative } = numbersOf(format);
  const number = (at: number, length: number) => {
    const value = build.slice(boxes, [0, 0, at], [count, perImage, 1]);
    return isRelative ? build.multiply(value, build.constant(length)) : value;
  };
  if (kind === "yxyx") {
    const [top, left, bottom, right] = [
      number(0, height),
      number(1, width),
      number(2, height),
      number(3, width),
    ];
    return { left, top, right, bottom };
  }
  const [a, b, c, d] = [number(0, width), number(1, height), number(2, width), number(3, height)];
  if (kind === "xyxy") return { left: a, top: b, right: c, bottom: d };
  if (kind === "xywh") {
    return { left: a, top: b, right: build.add(a, c), bottom: build.add(b, d) };
  }
  const half = (size: Node) => build.multiply(size, build.constant(0.5));
  return {
    left: build.subtract(a, half(c)),
    top: build.subtract(b, half(d)),
    right: build.add(a, half(c)),
    bottom: build.add(b, half(d)),
  };
}

/** `boxes [N, B, 4]` again, from edges that are cut off at those of the image. */
export function boxesOf(
  build: Builder,
  edges: Edges,
  format: BoundingBoxFormat,
  [height, width]: Size,
): Node {
  const clipped = (edge: Node, length: number) =>
    build.minimum(build.maximum(edge, build.constant(0)), build.constant(length));
  const { kind, isRelative } = numbersOf(format);
  const part = (edge: Node, length: number) =>
    isRelative ? build.divide(edge, build.constant(length)) : edge;
  const [left, right] = [edges.left, edges.right].map((edge) => part(clipped(edge, width), width));
  const [top, bottom] = [edges.top, edges.bottom].map((edge) =>
    part(clipped(edge, height), height),
  );
  const [wide, high] = [build.subtract(right, left), build.subtract(bottom, top)];
  const middle = (a: Node, b: Node) => build.multiply(build.add(a, b), build.constant(0.5));
  const numbers: Readonly<Record<BoxNumbers, readonly Node[]>> = {
    xyxy: [left, top, right, bottom],
    yxyx: [top, left, bottom, right],
    xywh: [left, top, wide, high],
    centerXywh: [middle(left, right), middle(top, bottom), wide, high],
  };
  return build.concatenate(numbers[kind], 2);
}

/** The smallest boxes around the moved corners. */
export function movedEdges(build: Builder, edges: Edges, { matrix }: Geometry): Edges {
  const entries = new Entries(build);
  const back = entries.inverse(matrix);
  const half = build.constant(0.5);
  const corners = [edges.left, edges.right].flatMap((x) =>
    [edges.top, edges.bottom].map((y) => {
      // Pixels are counted from their middles, edges from the image's own.
      const { columns, rows } = entries.place(
        back,
        build.subtract(x, half),
        build.subtract(y, half),
      );
      const node = (entry: typeof columns) =>
        build.add(typeof entry === "number" ? build.constant(entry) : entry, half);
      return { x: node(columns), y: node(rows) };
    }),
  );
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const least = (values: readonly Node[]) => values.reduce((a, b) => build.minimum(a, b));
  const most = (values: readonly Node[]) => values.reduce((a, b) => build.maximum(a, b));
  return { left: least(xs), top: least(ys), right: most(xs), bottom: most(ys) };
}
