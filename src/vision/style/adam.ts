// Adam on a function of one's own. What trains models is nn/optimizers/adam.ts, a part of their graph. Source: Kingma
// and Ba, "Adam: a method for stochastic optimization", ICLR 2015.

import type { MinimizerStep, Objective, Vector } from "./minimizer.ts";

const [keptMean, keptSquare, epsilon] = [0.9, 0.999, 1e-8];

/** The points of a descent from `start`, one after each step. It does not end by itself. */
export async function* adam(
  objective: Objective,
  start: Vector,
  { learningRate }: { readonly learningRate: number },
): AsyncGenerator<MinimizerStep, void> {
  const x = start.slice();
  const mean = new Float32Array(x.length);
  const square = new Float32Array(x.length);
  let { loss, gradient } = await objective(x);
  for (let step = 1; ; step++) {
    const rate = (learningRate * Math.sqrt(1 - keptSquare ** step)) / (1 - keptMean ** step);
    for (let i = 0; i < x.length; i++) {
      mean[i] = keptMean * mean[i] + (1 - keptMean) * gradient[i];
      square[i] = keptSquare * square[i] + (1 - keptSquare) * gradient[i] ** 2;
      x[i] -= (rate * mean[i]) / (Math.sqrt(square[i]) + epsilon);
    }
    ({ loss, gradient } = await objective(x));
    yield { x, loss, evaluations: step + 1 };
  }
}
