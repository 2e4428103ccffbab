// How far predicted boxes are from true ones, as nodes of the graph: 1 − CIoU, which has a slope even where boxes do
// not meet.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { atLeast, epsilon, oneMinus, square } from "./formulas.ts";

/** What boxes are compared by: `[N, P, 1]` each. */
export interface BoxComparison {
  /** Intersection over union. */
  readonly iou: Node;
  /** 1 − CIoU. */
  readonly loss: Node;
}

/** Column `at` of `[N, P, K]`, as `[N, P, 1]`. */
export function columnOf(rows: Node, at: number, build: Builder): Node {
  const [count, points] = rows.shape;
  return build.slice(rows, [0, 0, at], [count, points, 1]);
}

/**
 * Boxes `[N, P, 4]` (left, top, right, bottom) against those that should be there: CIoU = IoU − d² / c² − α · v, where
 * d is the distance of the middles, c the diagonal of the box around both, and v the difference of the proportions.
 * No gradient flows through α. Source: Zheng et al., "Distance-IoU Loss", AAAI 2020; as in torchvision.
 */
export function compareBoxes(targets: Node, predictions: Node, build: Builder): BoxComparison {
  const [x1, y1, x2, y2] = [0, 1, 2, 3].map((at) => columnOf(targets, at, build));
  const [u1, v1, u2, v2] = [0, 1, 2, 3].map((at) => columnOf(predictions, at, build));
  // What has its edges the wrong way round has no size.
  const length = (from: Node, to: Node) => atLeast(build.subtract(to, from), 0, build);
  const size = { width: length(x1, x2), height: length(y1, y2) };
  const found = { width: length(u1, u2), height: length(v1, v2) };
  const small = build.constant(epsilon);

  const shared = (from: readonly [Node, Node], to: readonly [Node, Node]) =>
    atLeast(build.subtract(build.minimum(...to), build.maximum(...from)), 0, build);
  const both = build.multiply(shared([u1, x1], [u2, x2]), shared([v1, y1], [v2, y2]));
  const area = build.multiply(size.width, size.height);
  const foundArea = build.multiply(found.width, found.height);
  const union = build.subtract(build.add(area, foundArea), both);
  const iou = build.divide(both, build.add(union, small));

  const around = (from: readonly [Node, Node], to: readonly [Node, Node]) =>
    square(build.subtract(build.maximum(...to), build.minimum(...from)), build);
  const diagonal = build.add(around([u1, x1], [u2, x2]), around([v1, y1], [v2, y2]));
  const apart = (a: Node, b: Node, c: Node, d: Node) =>
    square(build.subtract(build.add(a, b), build.add(c, d)), build);
  const distance = build.multiply(
    build.add(apart(u1, u2, x1, x2), apart(v1, v2, y1, y2)),
    build.constant(0.25),
  );
  const shift = build.divide(distance, build.add(diagonal, small));

  const turn = build.subtract(angleOf(size, build), angleOf(found, build));
  const proportion = build.multiply(square(turn, build), build.constant(4 / Math.PI ** 2));
  const rest = build.add(build.add(oneMinus(iou, build), proportion), small);
  const alpha = build.stopGradient(build.divide(proportion, rest));
  const loss = build.add(build.add(oneMinus(iou, build), shift), build.multiply(alpha, proportion));
  return { iou, loss };
}

/**
 * The coefficients of a polynomial in t² that is arctan(t) / t for t from 0 to 1, to 10⁻¹²: the first terms of
 * arctan(t) = 2 Σ (−1)ᵏ (√2 − 1)²ᵏ⁺¹ / (2k + 1) · T₂ₖ₊₁(t), where T are the polynomials of Chebyshev.
 */
const arctangent = coefficientsOf(14);

function coefficientsOf(terms: number): number[] {
  const sum = new Array<number>(terms).fill(0);
  // Tₙ₊₁ = 2 t Tₙ − Tₙ₋₁
  let [before, polynomial] = [[1], [0, 1]];
  for (let k = 0; k < terms; k++) {
    const factor = (2 * (-1) ** k * (Math.SQRT2 - 1) ** (2 * k + 1)) / (2 * k + 1);
    for (let power = 1; power < polynomial.length; power += 2) {
      sum[(power - 1) / 2] += factor * polynomial[power];
    }
    for (let step = 0; step < 2; step++) {
      const next = [0, ...polynomial.map((coefficient) => 2 * coefficient)];
      before.forEach((coefficient, power) => {
        next[power] -= coefficient;
      });
      [before, polynomial] = [polynomial, next];
    }
  }
  return sum;
}

/** arctan(width / height), from 0 to π/2. */
function angleOf(
  { width, height }: { readonly width: Node; readonly height: Node },
  build: Builder,
): Node {
  const longer = atLeast(build.maximum(width, height), epsilon, build);
  const t = build.divide(build.minimum(width, height), longer);
  const squared = square(t, build);
  const polynomial = arctangent
    .map((coefficient) => build.constant(coefficient))
    .reduceRight((sum, coefficient) => build.add(build.multiply(sum, squared), coefficient));
  const angle = build.multiply(t, polynomial);
  const isWide = build.less(height, width);
  return build.select(isWide, build.subtract(build.constant(Math.PI / 2), angle), angle);
}
