// Keras's `update_step` of every optimizer, written out in plain numbers: what conformance holds the
// graphs against.

/** The weights after a step with `gradient` at rate `rate`. */
export type Stepper = (
  weights: readonly number[],
  gradient: readonly number[],
  rate: number,
) => number[];

/** A stepper from the rule for one number of a weight; `memory` is its own, and begins at 0. */
function each(
  rule: (w: number, g: number, rate: number, t: number, memory: Record<string, number>) => number,
): () => Stepper {
  return () => {
    const memories: Record<string, number>[] = [];
    let t = 0;
    return (weights, gradient, rate) => {
      t++;
      return weights.map((w, i) => {
        memories[i] ??= { m: 0, v: 0, top: 0, a: 0, d: 0 };
        return rule(w, gradient[i], rate, t, memories[i]);
      });
    };
  };
}

export const adam = (beta1: number, beta2: number, epsilon: number, amsgrad = false, decay = 0) =>
  each((w, g, rate, t, memory) => {
    memory.m += (g - memory.m) * (1 - beta1);
    memory.v += (g * g - memory.v) * (1 - beta2);
    memory.top = Math.max(memory.top, memory.v);
    const alpha = (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
    const root = Math.sqrt(amsgrad ? memory.top : memory.v) + epsilon;
    return w - w * decay * rate - (memory.m * alpha) / root;
  });

export const sgd = (momentum: number, nesterov: boolean) =>
  each((w, g, rate, _t, memory) => {
    if (momentum === 0) return w - g * rate;
    memory.m = memory.m * momentum - g * rate;
    return nesterov ? w + (memory.m * momentum - g * rate) : w + memory.m;
  });

export const rmsprop = (rho: number, momentum: number, epsilon: number, centered: boolean) =>
  each((w, g, rate, _t, memory) => {
    memory.v = rho * memory.v + (1 - rho) * g * g;
    memory.a = rho * memory.a + (1 - rho) * g;
    const spread = centered ? Math.max(0, memory.v - memory.a ** 2) : memory.v;
    memory.m = momentum * memory.m + (rate * g) / Math.sqrt(spread + epsilon);
    return w - memory.m;
  });

export const nadam = (beta1: number, beta2: number, epsilon: number) =>
  each((w, g, rate, t, memory) => {
    const u = (step: number) => beta1 * (1 - 0.5 * 0.96 ** step);
    const product = (last: number) =>
      Array.from({ length: last }, (_, i) => u(i + 1)).reduce((x, y) => x * y, 1);
    memory.m += (g - memory.m) * (1 - beta1);
    memory.v += (g * g - memory.v) * (1 - beta2);
    const ahead =
      (u(t + 1) * memory.m) / (1 - product(t + 1)) + ((1 - u(t)) * g) / (1 - product(t));
    return w - (ahead * rate) / (Math.sqrt(memory.v / (1 - beta2 ** t)) + epsilon);
  });

export const adamax = (beta1: number, beta2: number, epsilon: number) =>
  each((w, g, rate, t, memory) => {
    memory.m += (g - memory.m) * (1 - beta1);
    memory.top = Math.max(beta2 * memory.top, Math.abs(g));
    return w - (rate * memory.m) / ((1 - beta1 ** t) * (memory.top + epsilon));
  });

export const adagrad = (first: number, epsilon: number) =>
  each((w, g, rate, t, memory) => {
    if (t === 1) memory.a = first;
    memory.a += g * g;
    return w - (rate * g) / Math.sqrt(memory.a + epsilon);
  });

export const adadelta = (rho: number, epsilon: number) =>
  each((w, g, rate, _t, memory) => {
    memory.a = rho * memory.a + (1 - rho) * g * g;
    const step = (Math.sqrt(memory.d + epsilon) / Math.sqrt(memory.a + epsilon)) * g;
    memory.d = rho * memory.d + (1 - rho) * step * step;
    return w - rate * step;
  });

export const lion = (beta1: number, beta2: number) =>
  each((w, g, rate, _t, memory) => {
    const direction = Math.sign(beta1 * memory.m + (1 - beta1) * g);
    memory.m = beta2 * memory.m + (1 - beta2) * g;
    return w - rate * direction;
  });

/** LAMB looks at a weight as a whole. */
export const lamb =
  (beta1: number, beta2: number, epsilon: number): (() => Stepper) =>
  () => {
    const m: number[] = [];
    const v: number[] = [];
    let t = 0;
    const normOf = (values: readonly number[]) => Math.hypot(...values);
    return (weights, gradient, rate) => {
      t++;
      const step = gradient.map((g, i) => {
        m[i] = (m[i] ?? 0) + (g - (m[i] ?? 0)) * (1 - beta1);
        v[i] = (v[i] ?? 0) + (g * g - (v[i] ?? 0)) * (1 - beta2);
        return m[i] / (1 - beta1 ** t) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon);
      });
      const [own, moved] = [normOf(weights), normOf(step)];
      const trust = own > 0 && moved > 0 ? own / moved : 1;
      return weights.map((w, i) => w - trust * rate * step[i]);
    };
  };
