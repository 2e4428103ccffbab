// What the EfficientNets have in common: their stages, how their weights begin, and Keras's names
// for their layers.

/** The stages of the first EfficientNet. */
export const stages = [
  { expansion: 1, filters: 16, count: 1, kernelSize: 3, stride: 1 },
  { expansion: 6, filters: 24, count: 2, kernelSize: 3, stride: 2 },
  { expansion: 6, filters: 40, count: 2, kernelSize: 5, stride: 2 },
  { expansion: 6, filters: 80, count: 3, kernelSize: 3, stride: 2 },
  { expansion: 6, filters: 112, count: 3, kernelSize: 5, stride: 1 },
  { expansion: 6, filters: 192, count: 4, kernelSize: 5, stride: 2 },
  { expansion: 6, filters: 320, count: 1, kernelSize: 3, stride: 1 },
] as const;

/** How kernels of convolutions begin. */
export const fanOut = {
  name: "varianceScaling",
  options: { scale: 2, mode: "fanOut", distribution: "truncatedNormal" },
} as const;

/** How the kernel of the classifier begins. */
export const thirdOfFanOut = {
  name: "varianceScaling",
  options: { scale: 1 / 3, mode: "fanOut", distribution: "uniform" },
} as const;

/** Keras's names for block `index` of stage `stage`, both from 0. */
export function namesOf(stage: number, index: number, depthwise = "dwconv") {
  const prefix = `block${stage + 1}${String.fromCharCode(97 + index)}_`;
  const part = (name: string) => ({
    conv: `${prefix}${name}_conv`,
    norm: `${prefix}${name}_bn`,
    activation: `${prefix}${name}_activation`,
  });
  return {
    expand: part("expand"),
    depthwise: {
      conv: prefix + depthwise,
      norm: `${prefix}bn`,
      activation: `${prefix}activation`,
    },
    project: part("project"),
    zeros: `${prefix}dwconv_pad`,
    add: `${prefix}add`,
    dropName: `${prefix}drop`,
    attention: {
      pool: `${prefix}se_squeeze`,
      reduce: `${prefix}se_reduce`,
      expand: `${prefix}se_expand`,
      multiply: `${prefix}se_excite`,
    },
  };
}
