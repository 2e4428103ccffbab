// Names as Keras's files have them, and ours. `kernelSize` is `kernel_size` there by rule; what breaks
// the rule is listed.

/** Our names whose Keras names do not follow from them. */
const irregular: Readonly<Record<string, string>> = {
  beta1: "beta_1",
  beta2: "beta_2",
  clipNorm: "clipnorm",
  clipValue: "clipvalue",
  globalClipNorm: "global_clipnorm",
  keepDimensions: "keepdims",
  maximum: "maxval",
  minimum: "minval",
  newShape: "newshape",
};

/** `kernelSize` → `kernel_size` */
export function snakeCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `kernel_size` → `kernelSize` */
export function camelCase(text: string): string {
  return text.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Keras's name of an option of ours. */
export function kerasNameOf(option: string): string {
  return Object.hasOwn(irregular, option) ? irregular[option] : snakeCase(option);
}

/** Our name of an option of Keras's; `known` are those that it may be, with Keras's names. */
export function ourNameOf(option: string, known: Readonly<Record<string, string>>): string {
  const ours = Object.keys(known).find((name) => known[name] === option);
  return ours ?? (Object.hasOwn(known, option) ? option : camelCase(option));
}

/** The folder name that Keras makes of a class name: `Conv2D` → `conv2d`. */
export function folderNameOf(className: string): string {
  return className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
