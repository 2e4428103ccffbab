// Targets of examples that layers have mixed. Values are mixed as the examples are; class numbers cannot
// be, so their losses are: for cross entropies that is the same.

import type { Node } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";
import type { Mixing } from "../../nn/layer.ts";
import { mixed } from "../../nn/layers/mixing.ts";
import type { Loss } from "../../nn/losses/loss.ts";
import { alignWeights } from "../../nn/losses/reduce-loss.ts";

/** What a mixed batch is compared with. */
export interface MixedTargets {
  /** The targets; of class numbers, those of the larger part. */
  readonly targets: Node;
  readonly loss: Loss;
}

/** The targets that go with a batch after `mixings`, and a loss that takes them. */
export function mixedTargets(loss: Loss, targets: Node, mixings: readonly Mixing[]): MixedTargets {
  if (mixings.length === 0) return { targets, loss };
  if (loss.targets === "values") {
    return { targets: mixings.reduce((y, mixing) => mixed(ops, y, mixing), targets), loss };
  }
  const parts = partsOf(targets, mixings);
  return { targets: dominantOf(parts), loss: mixedLoss(loss, parts) };
}

/** Class numbers, and how much of each example has them. */
interface Part {
  readonly share: Node;
  readonly labels: Node;
}

function partsOf(labels: Node, mixings: readonly Mixing[]): readonly Part[] {
  const whole: Part = { share: ops.constant(1, [labels.shape[0]]), labels };
  return mixings.reduce<readonly Part[]>(
    (parts, { weight, order }) => [
      ...parts.map(({ share, labels }) => ({ share: ops.multiply(share, weight), labels })),
      ...parts.map(({ share, labels }) => ({
        share: ops.multiply(ops.gather(share, order), ops.subtract(ops.constant(1), weight)),
        labels: ops.gather(labels, order),
      })),
    ],
    [whole],
  );
}

/** The class numbers that most of each example has, all parts with the same one together. */
function dominantOf(parts: readonly Part[]): Node {
  const totals = parts.map(({ labels }) =>
    parts
      .map((other) => {
        const isSame = ops.equal(labels, other.labels);
        return ops.multiply(isSame, alignWeights(other.share, isSame, ops));
      })
      .reduce((a, b) => ops.add(a, b)),
  );
  const best = parts.map(({ labels }, i) => ({ labels, total: totals[i] }));
  return best.reduce((a, b) => {
    const isMore = ops.less(a.total, b.total);
    return {
      labels: ops.select(isMore, b.labels, a.labels),
      total: ops.maximum(a.total, b.total),
    };
  }).labels;
}

/** The loss of examples that are made of several, where each part counts by its share. */
function mixedLoss(loss: Loss, parts: readonly Part[]): Loss {
  const total = (of: (part: Part) => Node) => parts.map(of).reduce((a, b) => ops.add(a, b));
  const counted = ({ share, labels }: Part, values: Node) => {
    const weighed = ops.multiply(values, alignWeights(share, values, ops));
    const mask = loss.mask?.(labels, ops);
    return mask === undefined ? weighed : ops.multiply(weighed, mask);
  };
  const plain = (predictions: Node) =>
    total((part) => counted(part, loss.values(part.labels, predictions, ops)));
  const { mask } = loss;
  if (mask === undefined) {
    return { ...loss, values: (_, predictions) => plain(predictions) };
  }
  const shares = () => total((part) => counted(part, ops.constant(1, part.labels.shape)));
  return {
    ...loss,
    values(_, predictions) {
      const share = shares();
      const isNone = ops.equal(share, ops.constant(0));
      return ops.divide(plain(predictions), ops.select(isNone, ops.constant(1), share));
    },
    mask: shares,
  };
}
