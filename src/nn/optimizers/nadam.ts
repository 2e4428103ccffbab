// Nadam: Adam with Nesterov's momentum.

import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { movedTo, squared } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type MomentOptions, momentNames, momentsIn } from "./optimizer-options.ts";

export interface NadamOptions extends MomentOptions {}

/**
 * Nadam: Adam with Nesterov momentum. Adam's m and v, and `w ← w − learningRate · m̂ / (√v̂ +
 * epsilon)` with `v̂ = v / (1 − beta2ᵗ)`, `m̂ = uₜ₊₁ · m / (1 − Πᵢ₌₁ᵗ⁺¹ uᵢ) + (1 − uₜ) · g / (1 −
 * Πᵢ₌₁ᵗ uᵢ)` and `uᵢ = beta1 · (1 − 0.96ⁱ / 2)`. Source: Dozat, "Incorporating Nesterov momentum
 * into Adam", ICLR workshop 2016; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.nadam({ learningRate: 2e-3 })
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  optionsOf(nadam.facts, options);
  const { beta1, beta2, epsilon } = momentsIn(options);
  const share = (step: number) => beta1 * (1 - 0.96 ** step / 2);
  const productOf = products(share);
  const rule: UpdateRule = {
    name: "nadam",
    options: { beta1, beta2, epsilon },
    squaresGradients: true,
    slots: ["momentum", "velocity"],
    numbers: (step, rate) => ({
      momentumRate: (rate * share(step + 1)) / (1 - productOf(step + 1)),
      gradientRate: (rate * (1 - share(step))) / (1 - productOf(step)),
      velocityScale: 1 / (1 - beta2 ** step),
    }),
    update({ build, weight, gradient, slots, numbers }) {
      const momentum = movedTo(build, slots.momentum, gradient, beta1);
      const velocity = movedTo(build, slots.velocity, squared(build, gradient), beta2);
      const scaled = build.multiply(velocity, numbers.velocityScale);
      const root = build.add(build.squareRoot(scaled), build.constant(epsilon));
      const ahead = build.add(
        build.multiply(momentum, numbers.momentumRate),
        build.multiply(gradient, numbers.gradientRate),
      );
      return {
        weight: build.subtract(weight, build.divide(ahead, root)),
        slots: { momentum, velocity },
      };
    },
  };
  return makeOptimizer(rule, options);
}
nadam.facts = optimizerFacts<NadamOptions>({
  name: "nadam",
  options: momentNames,
  keras: { className: "Nadam" },
  slotGroups: [["momentum", "velocity"]],
});

/** The product of the first n factors, each worked out once; soon it is 0, and stays it. */
function products(factor: (index: number) => number): (count: number) => number {
  const known = [1];
  return (count) => {
    while (known.length <= count && known[known.length - 1] > 0) {
      known.push(known[known.length - 1] * factor(known.length));
    }
    return known[Math.min(count, known.length - 1)];
  };
}
