// The examples that a model is most wrong about.

import { requireWhole } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { likeliest, scoredClasses } from "./scored-classes.ts";

/** An example, and how wrong the model is about it. */
export interface ExampleLoss {
  /** Its place among the examples. */
  readonly index: number;
  /** The cross entropy: -ln of the probability of the true class, at most that of 1e-7. */
  readonly loss: number;
  readonly label: number;
  readonly prediction: number;
  /** The probability of the true class. */
  readonly probability: number;
}

/** Keras takes no logarithm of less. */
const smallest = 1e-7;

/**
 * The examples with the largest losses, the largest first. They are either hard, or unusual, or their label is wrong.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]` or `[N, 1]`
 * @param most How many. Default: 24.
 * @throws DataError where labels and probabilities do not belong together.
 * @example const [worst] = topLosses(labels, probabilities);
 */
export function topLosses(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  most = 24,
): readonly ExampleLoss[] {
  requireWhole("most", most);
  const scored = scoredClasses("topLosses", labels, probabilities);
  const own = Float64Array.from(
    { length: scored.count },
    (_, row) => scored.data[row * scored.classes + labels[row]],
  );
  return Array.from(own.keys())
    .sort((a, b) => own[a] - own[b] || a - b)
    .slice(0, most)
    .map(
      (index): ExampleLoss => ({
        index,
        loss: -Math.log(Math.max(own[index], smallest)),
        label: labels[index],
        prediction: likeliest(scored, index),
        probability: own[index],
      }),
    );
}
