// LAMB: Adam whose step is as long as the weight's own size allows.

import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { movedTo, squared } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type MomentOptions, momentNames, momentsIn } from "./optimizer-options.ts";

export interface LambOptions extends MomentOptions {}

/**
 * LAMB, for large batches. Adam's m and v, `s = (m / (1 − beta1ᵗ)) / (√(v / (1 − beta2ᵗ)) +
 * epsilon)`, and `w ← w − learningRate · ‖w‖ / ‖s‖ · s`, without the quotient where a norm is 0.
 * Source: You et al., "Large batch optimization for deep learning", ICLR 2020; formulas and
 * defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.lamb({ learningRate: 0.01, weightDecay: 0.01 })
 */
export function lamb(options: LambOptions = {}): Optimizer {
  optionsOf(lamb.facts, options);
  const { beta1, beta2, epsilon } = momentsIn(options);
  const rule: UpdateRule = {
    name: "lamb",
    options: { beta1, beta2, epsilon },
    squaresGradients: true,
    slots: ["momentum", "velocity"],
    numbers: (step, rate) => ({
      learningRate: rate,
      momentumScale: 1 / (1 - beta1 ** step),
      velocityScale: 1 / (1 - beta2 ** step),
    }),
    update({ build, weight, gradient, slots, numbers }) {
      const momentum = movedTo(build, slots.momentum, gradient, beta1);
      const velocity = movedTo(build, slots.velocity, squared(build, gradient), beta2);
      const scaled = build.squareRoot(build.multiply(velocity, numbers.velocityScale));
      const root = build.add(scaled, build.constant(epsilon));
      const step = build.divide(build.multiply(momentum, numbers.momentumScale), root);
      const normOf = (x: typeof weight) => build.squareRoot(build.sum(squared(build, x)));
      const [weightNorm, stepNorm] = [normOf(weight), normOf(step)];
      const zero = build.constant(0);
      const one = build.constant(1);
      const both = build.multiply(build.less(zero, weightNorm), build.less(zero, stepNorm));
      const divisor = build.select(both, stepNorm, one);
      const trust = build.select(both, build.divide(weightNorm, divisor), one);
      const move = build.multiply(step, build.multiply(trust, numbers.learningRate));
      return { weight: build.subtract(weight, move), slots: { momentum, velocity } };
    },
  };
  return makeOptimizer(rule, options);
}
lamb.facts = optimizerFacts<LambOptions>({
  name: "lamb",
  options: momentNames,
  keras: { className: "Lamb" },
  slotGroups: [["momentum", "velocity"]],
});
