// Optimizers as older Keras, wrappers and TensorFlow.js describe them, in the words of Keras 3.

import { objectIn } from "./object.ts";

type Config = Readonly<Record<string, unknown>>;

/** The same optimizer as Keras 3 says it; a word as it is. @throws FormatError where it is none. */
export function plainOptimizer(value: unknown): unknown {
  if (typeof value === "string") return value;
  const { className, config, isKeras } = objectIn(value, "The optimizer");
  if (!isKeras) return value;
  // It multiplies the loss, and divides the gradients again: in f32 nothing changes.
  if (className === "LossScaleOptimizer") {
    return plainOptimizer(config.inner_optimizer ?? config.optimizer);
  }
  const plain = { class_name: className, config: withRate(config) };
  // The two that TensorFlow.js calls otherwise.
  if (className === "RMSProp") {
    const { decay, ...others } = config;
    return { class_name: "RMSprop", config: { ...others, rho: decay } };
  }
  if (className === "Momentum") {
    const { use_nesterov: nesterov, useNesterov = nesterov, ...others } = config;
    return { class_name: "SGD", config: { ...others, nesterov: useNesterov } };
  }
  return plain;
}

/** Keras 2 calls the rate `lr`, and lets it fall: lr / (1 + decay · steps). */
function withRate({ lr, decay, ...others }: Config): Config {
  const rate = others.learning_rate ?? others.learningRate ?? lr;
  const config = rate === undefined ? others : { ...others, learning_rate: rate };
  const falls = typeof rate === "number" && typeof decay === "number" && decay > 0;
  if (!falls) return decay === undefined ? config : { ...config, decay };
  const schedule = { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay };
  return { ...config, learning_rate: { class_name: "InverseTimeDecay", config: schedule } };
}
